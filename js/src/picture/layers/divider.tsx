import { useLayoutEffect, useRef } from "preact/hooks";
import { draw } from "../canvas";
import { lookAt } from "../looks";
import { viewName } from "../view_names";
import { laidOut } from "../viewport";
import type { Layer, LayerProps } from "./layer";

/** The image on the left of a line that can be moved, the picture on its right. */
function Divider({ picture, pane }: LayerProps) {
  const { scene } = pane;
  const name = scene.figure ? pane.head.name : viewName(pane.view, pane.takes).toLowerCase();
  const canvas = useRef<HTMLCanvasElement>(null);
  const { divider, size, placement } = picture;
  useLayoutEffect(() => {
    if (canvas.current) draw(canvas.current, scene, "image", lookAt(picture, pane));
  }, [scene.image, picture.channel.value]);
  const whole = size.value.whole || picture.camera.value.zoom > 1;
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
          style={laidOut(placement.value, scene.image)}
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

export const divider: Layer = {
  View: (props) => props.picture.layout.value === "divider" && <Divider {...props} />,
};
