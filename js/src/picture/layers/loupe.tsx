import { useLayoutEffect, useRef } from "preact/hooks";
import type { Layer, LayerProps } from "./layer";

const ACROSS = 15; // image pixels along a side
const PIXEL = 9; // CSS px of each

/** The surroundings of the cursor, enlarged, beside it. */
function Loupe({ picture, canvas }: LayerProps) {
  const own = useRef<HTMLCanvasElement>(null);
  const cursor = picture.loupe.value ? picture.cursor.value : null;
  useLayoutEffect(() => {
    const context = own.current?.getContext("2d");
    if (!context || !cursor || !canvas.current) return;
    const half = ACROSS >> 1;
    const draw = () => {
      if (!canvas.current) return;
      context.clearRect(0, 0, ACROSS, ACROSS);
      context.drawImage(canvas.current, half - cursor.x, half - cursor.y);
    };
    // After the picture itself, which is painted in the next animation frame.
    const frame = requestAnimationFrame(draw);
    draw();
    return () => cancelAnimationFrame(frame);
  });
  if (!cursor) return null;
  const { left, top, scale } = picture.placement.value;
  const { width, height } = picture.size.value;
  const side = ACROSS * PIXEL;
  const near = (at: number, room: number) =>
    at + 18 + side <= room ? at + 18 : Math.max(0, at - 18 - side);
  return (
    <div
      class="xw-loupe"
      aria-hidden="true"
      style={{
        width: `${side}px`,
        height: `${side}px`,
        left: `${near(left + (cursor.x + 0.5) * scale, width)}px`,
        top: `${near(top + (cursor.y + 0.5) * scale, height)}px`,
      }}
    >
      <canvas ref={own} class="xw-whole" width={ACROSS} height={ACROSS} />
    </div>
  );
}

export const loupe: Layer = {
  View: Loupe,
  keys: ({ loupe }) => ({
    l: () => {
      loupe.value = !loupe.value;
    },
  }),
  help: { "On the picture": [["L", "loupe on or off"]] },
};
