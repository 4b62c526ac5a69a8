/** Zoom and pan, purely: which part of an image a pane shows, pixels square and on whole device pixels. */

export interface Size {
  width: number;
  height: number;
}

/** The image point in the middle of every pane, as shares of the image, and the enlargement. */
export interface Camera {
  /** 1 shows the whole image. */
  zoom: number;
  x: number;
  y: number;
}

/** Where the image lies in a pane, in CSS px. */
export interface Placement {
  left: number;
  top: number;
  /** CSS px per image pixel. */
  scale: number;
}

export const WHOLE: Camera = { zoom: 1, x: 0.5, y: 0.5 };
/** CSS px per image pixel from which the pixels get a grid, hold one value, and hold three of them. */
export const GRID_FROM = 10;
export const ROOM_FOR_ONE = 20;
export const ROOM_FOR_THREE = 32;
const LARGEST = 72;

export function place(camera: Camera, pane: Size, image: Size, ratio: number): Placement {
  const scale = scaleOf(camera.zoom, pane, image, ratio);
  const along = (size: number, room: number, middle: number) => {
    if (size < room) return Math.round(((room - size) / 2) * ratio) / ratio;
    const offset = Math.min(0, Math.max(room - size, room / 2 - middle * size));
    return Math.round(offset * ratio) / ratio;
  };
  return {
    left: along(image.width * scale, pane.width, camera.x),
    top: along(image.height * scale, pane.height, camera.y),
    scale,
  };
}

/** CSS px per image pixel at which the whole image is seen; a pane may be wider than a thin image. */
function fitOf(pane: Size, image: Size): number {
  return Math.min(pane.width / image.width, pane.height / image.height);
}

function scaleOf(zoom: number, pane: Size, image: Size, ratio: number): number {
  const fit = fitOf(pane, image);
  if (zoom <= 1) return fit;
  // Whole device pixels, and never smaller than the whole image.
  return Math.max(fit, Math.round(fit * zoom * ratio) / ratio || fit * zoom);
}

/** Enlarge by `factor` so that what lies at a point of the pane (CSS px) stays there. */
export function zoomAt(
  camera: Camera,
  factor: number,
  at: { x: number; y: number },
  pane: Size,
  image: Size,
  ratio: number,
): Camera {
  const fit = fitOf(pane, image);
  const zoom = Math.min(Math.max(1, LARGEST / fit), Math.max(1, camera.zoom * factor));
  const before = place(camera, pane, image, ratio);
  const scale = scaleOf(zoom, pane, image, ratio);
  const middle = (point: number, offset: number, room: number, count: number) =>
    ((point - offset) / before.scale + (room / 2 - point) / scale) / count;
  return held(
    {
      zoom,
      x: middle(at.x, before.left, pane.width, image.width),
      y: middle(at.y, before.top, pane.height, image.height),
    },
    pane,
    image,
    ratio,
  );
}

/** Move the image by so many CSS px. */
export function panBy(
  camera: Camera,
  by: { x: number; y: number },
  pane: Size,
  image: Size,
  ratio: number,
): Camera {
  const { scale } = place(camera, pane, image, ratio);
  const moved = {
    ...camera,
    x: camera.x - by.x / scale / image.width,
    y: camera.y - by.y / scale / image.height,
  };
  return held(moved, pane, image, ratio);
}

/** Move as little as shows a pixel whole. */
export function reveal(
  camera: Camera,
  pixel: { x: number; y: number },
  pane: Size,
  image: Size,
  ratio: number,
): Camera {
  const { left, top, scale } = place(camera, pane, image, ratio);
  const by = (at: number, offset: number, room: number) => {
    const begin = offset + at * scale;
    return begin < 0 ? -begin : Math.min(0, room - begin - scale);
  };
  const [x, y] = [by(pixel.x, left, pane.width), by(pixel.y, top, pane.height)];
  return x === 0 && y === 0 ? camera : panBy(camera, { x, y }, pane, image, ratio);
}

/** The same with its middle where the image's edges allow it, so that panning back starts at once. */
function held(camera: Camera, pane: Size, image: Size, ratio: number): Camera {
  if (camera.zoom <= 1) return WHOLE;
  const scale = scaleOf(camera.zoom, pane, image, ratio);
  const along = (middle: number, room: number, count: number) => {
    const half = Math.min(0.5, room / scale / count / 2);
    return Math.min(1 - half, Math.max(half, middle));
  };
  return {
    zoom: camera.zoom,
    x: along(camera.x, pane.width, image.width),
    y: along(camera.y, pane.height, image.height),
  };
}

/** First and last (exclusive) pixel along each side that a pane shows, in whole or in part. */
export function visible(at: Placement, pane: Size, image: Size) {
  const range = (offset: number, room: number, count: number): [number, number] => [
    Math.max(0, Math.floor(-offset / at.scale)),
    Math.min(count, Math.ceil((room - offset) / at.scale)),
  ];
  return {
    x: range(at.left, pane.width, image.width),
    y: range(at.top, pane.height, image.height),
  };
}
