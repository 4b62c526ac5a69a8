/** What marking adds to one view: tools, what they draw, and the keys of what is being drawn. */
import { batch, effect } from "@preact/signals";
import type { Layer } from "../picture/layers/layer";
import type { Picture } from "../picture/picture";
import type { Tool } from "../picture/tools/tool";
import { isUndo } from "../support/keys";
import { createHandles } from "./handles";
import { createLayer } from "./layer";
import { createBox } from "./tools/box";
import { createEvidence } from "./tools/evidence";
import { createLasso } from "./tools/lasso";
import { onPicture } from "./tools/on_picture";
import { createPaint } from "./tools/paint";
import { createPen, type Pen } from "./tools/pen";
import { createPoint } from "./tools/point";
import { createPolygon } from "./tools/polygon";
import { createSelect } from "./tools/select";
import type { Annotating, Marks } from "./view";

/** The tools that draw, in the order of their buttons. To add one: its file, and an entry here. */
const TOOLS: Record<string, (pen: Pen) => Tool> = {
  region: createEvidence,
  box: createBox,
  polygon: createPolygon,
  lasso: createLasso,
  paint: createPaint,
  point: createPoint,
};

/** What a press of [ or ] multiplies the brush by. */
const LARGER = 1.25;

export interface Marking {
  tools: Record<string, Tool>;
  layers: readonly Layer[];
  /** True takes a key: what is being drawn has a use for it, wherever the focus is. */
  press(event: KeyboardEvent): boolean;
}

export function createMarking(
  ui: Picture & { ended: AbortSignal },
  annotating: Annotating,
  marks: Marks,
): Marking {
  const pen = createPen(ui, annotating, marks);
  const handles = createHandles(pen);
  const drawn = Object.entries(TOOLS).map(
    ([name, create]) => [name, onPicture(create(pen), pen)] as const,
  );
  const isMine = (tool: string) => tool in TOOLS;
  const ends = [
    effect(() => {
      const cursor = ui.cursor.value;
      if (cursor?.by === "keys") pen.drawing.peek()?.follow?.(cursor);
    }),
    effect(() => {
      const selected = annotating.selected.value;
      if (annotating.change.peek()?.id !== selected) handles.keep();
    }),
    effect(() => {
      if (annotating.on.value) return;
      batch(() => {
        handles.keep();
        pen.drawing.peek()?.cancel();
        if (isMine(ui.chosen.peek() ?? "")) ui.use(null);
        annotating.selected.value = annotating.hovered.value = null;
        annotating.mode.value = "new";
        annotating.says.value = "";
      });
    }),
  ];
  ui.ended.addEventListener("abort", () => {
    for (const end of ends) end();
  });
  return {
    tools: { select: createSelect(pen, handles, isMine), ...Object.fromEntries(drawn) },
    layers: [createLayer(annotating, handles)],
    press(event) {
      const drawing = pen.drawing.peek();
      const undoes = isUndo(event);
      if (event.key === "Escape") return pen.giveUp();
      if (drawing && undoes && (event.shiftKey || /y/i.test(event.key))) drawing.forward?.();
      else if (drawing && (undoes || event.key === "Backspace")) drawing.back();
      else if (undoes) {
        // What a handle was moved to by keys is a step of its own.
        handles.keep();
        return false;
      } else if (ui.chosen.peek() === "paint" && (event.key === "[" || event.key === "]")) {
        const { radius } = annotating;
        const most = Math.max(...pen.size()) / 4;
        const now = radius.peek();
        const next =
          event.key === "]" ? Math.max(now * LARGER, now + 0.5) : Math.min(now / LARGER, now - 0.5);
        radius.value = Math.min(most, Math.max(0.5, Math.round(2 * next) / 2));
      } else return false;
      return true;
    },
  };
}
