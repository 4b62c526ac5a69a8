/** What the tools that mark findings have in common: where they draw, and what becomes of it. */
import { batch, signal } from "@preact/signals";
import type { Picture } from "../../picture/picture";
import type { Pixel } from "../../picture/surface";
import type { At, Tool } from "../../picture/tools/tool";
import { type Place, type Size, subtract, union } from "../grid";
import { areaOf, gridOf, hits, type Region, regionOf, rounded } from "../region";
import type { Annotating, Marked, Marks, Mode } from "../view";

/** A press that moves less than this is a click, in CSS px. */
export const CLICK = 4;
/** How near to a line or a point is on it, for a mouse and for a finger, in CSS px. */
const NEAR = { mouse: 6, touch: 12 };

/** What is being drawn. */
export interface Drawing {
  cancel(): void;
  /** Take the last step back; where there was but one, all of it. */
  back(): void;
  /** Take what was taken back again. */
  forward?(): void;
  /** The cursor was moved by keys. */
  follow?(pixel: Pixel): void;
}

type Modifiers = { shiftKey: boolean; altKey: boolean };

export interface Pen {
  ui: Picture;
  annotating: Annotating;
  marks: Marks;
  drawing: { value: Drawing | null; peek(): Drawing | null };
  size(): Size;
  /** Whether there is no picture yet, or none whose size is known. */
  isEmpty(): boolean;
  /** A place of the picture: the nearest one where the pointer has left it. */
  place(at: { x: number; y: number }): Place;
  /** Lead the cursor of the keys to a place. */
  goTo(place: Place): void;
  /** Between two places, in CSS px. */
  apart(a: Place, b: Place): number;
  /** How near is near, in image pixels. */
  reach(event: object): number;
  /** What was selected stays so only where the drawing is a part of it: keys judge what is selected. */
  start(drawing: Drawing, event: Modifiers, ofSelected?: boolean): void;
  /** Nothing is being drawn any more; what was selected before is so again. */
  stop(): void;
  /** Give up what is being drawn or reshaped; false where nothing is. */
  giveUp(): boolean;
  /** Make what a finding was reshaped to its region. */
  keep(): void;
  chosen(): Marked | undefined;
  modeOf(event: Modifiers): Mode;
  /** Make a finding of a region, or join it with the selected one, or cut it out of that. */
  finish(region: Region, event: Modifiers): void;
  /** Make a finding of a region; it is selected, to be judged next. */
  add(region: Region): void;
  /** Give the selected finding another region; refused in words where nothing would be left of it. */
  become(finding: Marked, region: Region | null): void;
  /** What is at a place, the smallest first. */
  under(at: At): readonly Marked[];
  /** Select what is at a place, the smallest first; a second time, what lies below. */
  pick(at: At): boolean;
  say(words: string): void;
  /** What every tool that draws does when it is chosen and put away. */
  whole: Pick<Tool, "begin" | "end" | "cancel" | "double" | "cursor">;
}

export function createPen(ui: Picture, annotating: Annotating, marks: Marks): Pen {
  const { selected, shown } = annotating;
  const drawing = signal<Drawing | null>(null);
  let picked: Place | null = null;
  /** What was selected before something new was begun. */
  let before: string | null = null;

  const size = (): Size => {
    const { height = 1, width = 1 } = ui.scene.peek()?.image ?? {};
    return [height, width];
  };
  const isEmpty = () => Math.max(...size()) <= 1;
  const say = (words: string) => {
    annotating.says.value = words;
  };
  const chosen = () => marks.all.peek().find(({ id }) => id === selected.peek());
  const place = ({ x, y }: { x: number; y: number }): Place => {
    const [height, width] = size();
    const inside = (at: number, end: number) => rounded(Math.min(end, Math.max(0, at)));
    return [inside(x, width), inside(y, height)];
  };
  const apart = (a: Place, b: Place) =>
    Math.hypot(a[0] - b[0], a[1] - b[1]) * ui.placement.peek().scale;
  const reach = (event: object) =>
    ((event as Partial<PointerEvent>).pointerType === "touch" ? NEAR.touch : NEAR.mouse) /
    ui.placement.peek().scale;
  const modeOf = ({ shiftKey, altKey }: Modifiers): Mode =>
    shiftKey ? "add" : altKey ? "subtract" : annotating.mode.peek();

  function goTo([x, y]: Place): void {
    ui.point(Math.floor(x), Math.floor(y), "keys", ui.cursor.peek()?.pane ?? "main");
  }
  function start(next: Drawing, event: Modifiers, ofSelected = modeOf(event) !== "new"): void {
    batch(() => {
      keep();
      say("");
      if (!ofSelected) {
        before = selected.peek() ?? before;
        selected.value = null;
      }
      drawing.value = next;
    });
  }
  function stop(): void {
    batch(() => {
      drawing.value = null;
      annotating.draft.value = null;
      annotating.line.value = [];
      annotating.change.value = null;
      const there = marks.all.peek().some(({ id }) => id === before);
      if (there) selected.value ??= before;
      before = null;
    });
  }
  function giveUp(): boolean {
    if (drawing.peek()) drawing.peek()?.cancel();
    else if (annotating.change.peek()) stop();
    else return false;
    return true;
  }
  function keep(): void {
    const made = annotating.change.peek();
    // A stroke shows what it would become, too; that is kept when it is lifted.
    if (!made || drawing.peek()) return;
    batch(() => {
      annotating.change.value = null;
      const was = marks.all.peek().find(({ id }) => id === made.id);
      if (was && was.region !== made.region) marks.change(made.id, { region: made.region });
    });
  }
  function become(finding: Marked, region: Region | null): void {
    if (region) marks.change(finding.id, { region });
    else say("That takes all of it. Delete removes the finding.");
  }
  function add(region: Region): void {
    batch(() => {
      selected.value = marks.add(region).id;
    });
  }
  function finish(region: Region, event: Modifiers): void {
    const mode = modeOf(event);
    const finding = chosen();
    batch(() => {
      stop();
      say("");
      if (mode === "subtract" && !finding) say("Select the finding to take this from first.");
      else if (mode === "new" || !finding) add(region);
      else {
        const [own, other] = [gridOf(finding.region, size()), gridOf(region, size())];
        become(finding, regionOf((mode === "add" ? union : subtract)(own, other)));
      }
    });
  }
  function under(at: At): readonly Marked[] {
    const near = reach(at.event);
    return shown
      .peek()
      .filter(({ region }) => hits(region, at.x, at.y, near))
      .reverse()
      .sort((a, b) => areaOf(a.region) - areaOf(b.region));
  }
  function pick(at: At): boolean {
    const found = under(at);
    const here: Place = [at.x, at.y];
    const last = found.findIndex(({ id }) => id === selected.peek());
    const again = picked !== null && apart(picked, here) < CLICK && last >= 0;
    picked = here;
    const next = found[again ? (last + 1) % found.length : 0];
    batch(() => {
      say("");
      selected.value = next?.id ?? null;
    });
    return next !== undefined;
  }
  return {
    ...{ ui, annotating, marks, drawing, size, isEmpty, place, goTo, apart, reach, chosen, modeOf },
    ...{ start, stop, giveUp, keep, finish, add, become, under, pick, say },
    whole: {
      cursor: "crosshair",
      begin() {
        annotating.on.value = true;
      },
      end: () => drawing.peek()?.cancel(),
      cancel: () => drawing.peek()?.cancel(),
      double: () => true,
    },
  };
}

/** The middle of a pixel. */
export const middleOf = ({ x, y }: Pixel): Place => [x + 0.5, y + 0.5];
