import { type Look, PLAIN, paint, type Scene, type View } from "./painting";

const buffers = new WeakMap<HTMLCanvasElement, ImageData>();

/** Draw a scene on a canvas of the image's own size. */
export function draw(
  canvas: HTMLCanvasElement,
  scene: Scene,
  view: View,
  look: Look = PLAIN,
): void {
  const { width, height } = scene.image;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  if (!context) return;
  // Megabytes where the image is large: made once for each canvas and size.
  const known = buffers.get(canvas);
  const pixels =
    known?.width === width && known.height === height
      ? known
      : context.createImageData(width, height);
  buffers.set(canvas, pixels);
  paint(view, scene, pixels.data, look);
  context.putImageData(pixels, 0, 0);
}
