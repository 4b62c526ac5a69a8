/** Marks pixels with a brush: a new finding, or more or less of the selected one. */

import type { Pixel } from "../../picture/surface";
import type { At, Tool } from "../../picture/tools/tool";
import { radii } from "../../state/masks";
import { emptyGrid, type Grid, type Place, stroked, subtract, union } from "../grid";
import { gridOf, regionOf, sketched } from "../region";
import type { Marked } from "../view";
import { middleOf, type Pen } from "./pen";

interface Stroke {
  /** What it makes: a new finding's pixels, or the selected one's with it or without it. */
  result: Grid;
  at: Place;
  /** What it adds to or takes from; null for a new finding. */
  finding: Marked | null;
  takes: boolean;
}

export function createPaint(pen: Pen): Tool {
  const { annotating } = pen;
  let stroke: Stroke | null = null;
  /** Whether the brush is as large as the picture asks for; from then on a person chooses. */
  let sized = false;

  function show(now: Stroke): void {
    const region = sketched(now.result);
    if (now.finding) annotating.change.value = { id: now.finding.id, region };
    else annotating.draft.value = region;
  }
  function clear(): void {
    stroke = null;
    pen.stop();
  }
  function begin(at: Place, event: At["event"]): void {
    pen.keep();
    const mode = pen.modeOf(event);
    const chosen = pen.chosen() ?? null;
    if (mode === "subtract" && !chosen) {
      pen.say("Select the finding to take this from first.");
      return;
    }
    // A stroke that begins on what is selected goes on with it; one beside it is another finding.
    const dot = stroked(emptyGrid(pen.size()), at, at, annotating.radius.peek());
    const was = chosen && gridOf(chosen.region, pen.size());
    const finding = was && (mode !== "new" || touch(was, dot)) ? chosen : null;
    const takes = mode === "subtract";
    const result = was && finding ? (takes ? subtract : union)(was, dot) : dot;
    stroke = { result, at, finding, takes };
    const drawing = {
      ...{ cancel: clear, back: clear },
      follow: (pixel: Pixel) => draw(middleOf(pixel)),
    };
    pen.start(drawing, event, finding !== null);
    show(stroke);
  }
  function draw(to: Place): void {
    if (!stroke) return;
    const { result, at, takes } = stroke;
    // One copy of the grid a move, and of what is under the brush alone.
    const next = stroked(result, at, to, annotating.radius.peek(), takes ? 0 : 1);
    stroke = { ...stroke, result: next, at: to };
    show(stroke);
  }
  function lift(): void {
    const done = stroke;
    if (!done) return;
    clear();
    const region = regionOf(done.result);
    if (done.finding) pen.become(done.finding, region);
    else if (region) pen.add(region);
  }
  function enter({ pixel, event }: At): void {
    if (stroke) lift();
    else {
      begin(middleOf(pixel), event);
      if (stroke) pen.say("The brush follows the arrow keys. Enter lifts it.");
    }
  }
  return {
    ...pen.whole,
    begin() {
      pen.whole.begin?.();
      if (sized || pen.isEmpty()) return;
      const [height, width] = pen.size();
      annotating.radius.value = radii(width, height).first;
      sized = true;
    },
    reach: annotating.radius,
    button: { name: "Brush", title: "Paint what you mark; [ and ] change the size of the brush" },
    down(at) {
      if (at.button !== 0) return false;
      begin([at.x, at.y], at.event);
      return true;
    },
    move: (at) => draw([at.x, at.y]),
    up: lift,
    keys: { Enter: enter, " ": enter },
  };
}

function touch(a: Grid, b: Grid): boolean {
  return a.data.some((value, i) => value === 1 && b.data[i] === 1);
}
