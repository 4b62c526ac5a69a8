/** Marks pixels with a brush: a new finding, or more or less of the selected one. */

import type { At, Tool } from "../../picture/tools/tool";
import { radii } from "../../state/masks";
import { emptyGrid, type Grid, type Place, stroked, subtract, union } from "../grid";
import { gridOf, regionOf, sketched } from "../region";
import type { Marked } from "../view";
import { middleOf, type Pen } from "./pen";

interface Stroke {
  grid: Grid;
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

  const result = ({ grid, finding, takes }: Stroke): Grid => {
    if (!finding) return grid;
    return (takes ? subtract : union)(gridOf(finding.region, pen.size()), grid);
  };
  function show(now: Stroke): void {
    const region = sketched(result(now));
    if (now.finding) annotating.change.value = { id: now.finding.id, region };
    else annotating.draft.value = region;
  }
  function clear(): void {
    stroke = null;
    pen.stop();
  }
  function begin(at: Place, event: At["event"]): void {
    const mode = pen.modeOf(event);
    const chosen = pen.chosen() ?? null;
    const grid = stroked(emptyGrid(pen.size()), at, at, annotating.radius.peek());
    if (mode === "subtract" && !chosen) {
      pen.say("Select the finding to take this from first.");
      return;
    }
    // A stroke that begins on what is selected goes on with it; one beside it is another finding.
    const goesOn =
      chosen !== null && (mode !== "new" || touch(gridOf(chosen.region, pen.size()), grid));
    stroke = { grid, at, finding: goesOn ? chosen : null, takes: mode === "subtract" };
    pen.start({
      ...{ cancel: clear, back: clear },
      follow: (pixel) => draw(middleOf(pixel)),
    });
    show(stroke);
  }
  function draw(to: Place): void {
    if (!stroke) return;
    stroke = {
      ...stroke,
      grid: stroked(stroke.grid, stroke.at, to, annotating.radius.peek()),
      at: to,
    };
    show(stroke);
  }
  function lift(): void {
    const done = stroke;
    if (!done) return;
    clear();
    const region = regionOf(result(done));
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
      if (!sized) {
        const [height, width] = pen.size();
        annotating.radius.value = radii(width, height).first;
      }
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
