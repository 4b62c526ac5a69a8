import { paint, type Scene, type View } from "./picture";

/** Draw a scene on a canvas of the image's own size. */
export function draw(canvas: HTMLCanvasElement, scene: Scene, view: View): void {
  const { width, height } = scene.image;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  if (!context) return;
  const pixels = context.createImageData(width, height);
  paint(view, scene, pixels.data);
  context.putImageData(pixels, 0, 0);
}
