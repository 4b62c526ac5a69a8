/** What lies over a picture: the cursor, the pins, the values of enlarged pixels, loupe, divider. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { GRID_FROM } from "../camera";
import { draw } from "../canvas";
import { lookAt, viewName } from "../looks";
import type { Pane, Ui } from "../ui";

/** A frame around the pixel under the cursor, in two tones to be seen on any color. */
export function Reticle({ ui }: { ui: Ui }) {
  const cursor = ui.cursor.value;
  if (!cursor) return null;
  const brush = ui.brush.value;
  const { left, top, scale } = ui.placement.value;
  const side = brush ? Math.max(scale, 2 * brush.radius * scale) : Math.max(scale, 7);
  return (
    <div
      class={`xw-reticle${brush && brush.radius > 0.5 ? " xw-nib" : ""}`}
      style={{
        left: `${left + (cursor.x + 0.5) * scale - side / 2}px`,
        top: `${top + (cursor.y + 0.5) * scale - side / 2}px`,
        width: `${side}px`,
        height: `${side}px`,
      }}
    />
  );
}

export function Pins({ ui }: { ui: Ui }) {
  const { left, top, scale } = ui.placement.value;
  // On enlarged pixels in the corner, where it hides no value.
  const corner = scale >= GRID_FROM;
  const middle = corner ? 0 : 0.5;
  return (
    <>
      {ui.pins.value.map(({ x, y }, k) => (
        <b
          key={`${x},${y}`}
          class="xw-pin"
          data-corner={corner || undefined}
          aria-hidden="true"
          style={{
            left: `${left + (x + middle) * scale}px`,
            top: `${top + (y + middle) * scale}px`,
          }}
        >
          {k + 1}
        </b>
      ))}
    </>
  );
}

const LOUPE = 15; // image pixels along a side
const LOUPE_PIXEL = 9; // CSS px of each

/** The surroundings of the cursor, enlarged, beside it. */
export function Loupe(props: {
  ui: Ui;
  pane: Pane;
  canvas: { current: HTMLCanvasElement | null };
}) {
  const { ui, canvas } = props;
  const own = useRef<HTMLCanvasElement>(null);
  const cursor = ui.cursor.value;
  useLayoutEffect(() => {
    const context = own.current?.getContext("2d");
    if (!context || !cursor || !canvas.current) return;
    const half = LOUPE >> 1;
    const draw = () => {
      if (!canvas.current) return;
      context.clearRect(0, 0, LOUPE, LOUPE);
      context.drawImage(canvas.current, half - cursor.x, half - cursor.y);
    };
    // After the picture itself, which is painted in the next animation frame.
    const frame = requestAnimationFrame(draw);
    draw();
    return () => cancelAnimationFrame(frame);
  });
  if (!cursor) return null;
  const { left, top, scale } = ui.placement.value;
  const { width, height } = ui.size.value;
  const side = LOUPE * LOUPE_PIXEL;
  const beside = (at: number, room: number) =>
    at + 18 + side <= room ? at + 18 : Math.max(0, at - 18 - side);
  return (
    <div
      class="xw-loupe"
      aria-hidden="true"
      style={{
        width: `${side}px`,
        height: `${side}px`,
        left: `${beside(left + (cursor.x + 0.5) * scale, width)}px`,
        top: `${beside(top + (cursor.y + 0.5) * scale, height)}px`,
      }}
    >
      <canvas ref={own} class="xw-whole" width={LOUPE} height={LOUPE} />
    </div>
  );
}

/** The image on the left of a line that can be moved, the picture on its right. */
export function Divider(props: { ui: Ui; pane: Pane; whole: boolean }) {
  const { ui, pane, whole } = props;
  const { scene } = pane;
  const name = viewName(pane.view, pane.takes).toLowerCase();
  const canvas = useRef<HTMLCanvasElement>(null);
  const { divider, size, placement } = ui;
  useLayoutEffect(() => {
    if (canvas.current) draw(canvas.current, scene, "image", lookAt(ui, pane));
  }, [scene.image, ui.channel.value]);
  const { left, top, scale } = placement.value;
  const share = 100 * divider.value;
  const move = (event: PointerEvent) => {
    const handle = event.currentTarget as HTMLElement;
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const box = handle.parentElement?.getBoundingClientRect();
    if (box) divider.value = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
  };
  return (
    <>
      <div
        class="xw-before"
        aria-hidden="true"
        style={{ clipPath: `inset(0 ${100 - share}% 0 0)` }}
      >
        <canvas
          ref={canvas}
          class={whole ? "xw-whole" : undefined}
          style={{
            width: `${scene.image.width * scale}px`,
            height: `${scene.image.height * scale}px`,
            transform: `translate(${left}px, ${top}px)`,
          }}
        />
      </div>
      <b class="xw-corner">image</b>
      <b class="xw-corner" data-right>
        {name}
      </b>
      <div
        class="xw-divider"
        role="slider"
        tabIndex={0}
        aria-label="Divider"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share)}
        aria-valuetext={`the image on ${Math.round(share)}%, the ${name} beyond`}
        style={{ left: `${divider.value * size.value.width}px` }}
        onPointerDown={(event) => {
          event.stopPropagation();
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={move}
        onKeyDown={(event) => {
          const steps = { ArrowLeft: -0.02, ArrowDown: -0.02, ArrowRight: 0.02, ArrowUp: 0.02 };
          const by = { ...steps, Home: -1, End: 1 }[event.key];
          if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
          event.preventDefault();
          event.stopPropagation();
          divider.value = Math.min(1, Math.max(0, divider.value + by));
        }}
      />
    </>
  );
}
