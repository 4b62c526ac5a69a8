import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Opening } from "../../src/support/opening";

/** What a page has of an element. */
class Panel {
  inert = false;
  readonly dataset: { xgOpening?: string } = {};
  contains = (other: unknown) => other === this;
}

let changed: () => void;
beforeEach(() => {
  vi.useFakeTimers();
  const observer = class {
    constructor(hear: () => void) {
      changed = hear;
    }
    observe = () => {};
    disconnect = () => {};
  };
  vi.stubGlobal("MutationObserver", observer);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const NAMES = ["coffee", "chelsea", "rocket"];

/** A strip with the panel of the first image below it. */
function below() {
  const is = { opened: 0, shown: 0, nameOf: (index: number) => NAMES[index] ?? "" };
  const ended = new AbortController();
  const said: string[] = [];
  const panel = new Panel();
  const strip = Object.assign(new Panel(), { closest: () => box });
  const box: { children: Panel[] } = { children: [strip, panel] };
  const later = () => said.push(opening.words);
  const opening = new Opening(strip as never, () => is, later, ended.signal);
  opening.draw();
  /** Put a panel in the place of the other, as the page does after the kernel has said so. */
  const put = () => {
    box.children[1] = new Panel();
    changed();
    return box.children[1];
  };
  return { is, opening, panel, put, said, ended };
}

describe("the panel of the image before", () => {
  test("takes nothing from the moment on that another is selected, and says what comes", () => {
    const { is, opening, panel } = below();
    expect([panel.inert, opening.words]).toEqual([false, ""]);
    is.opened = 1;
    opening.draw();
    expect([panel.inert, panel.dataset.xgOpening]).toEqual([true, "Opening chelsea …"]);
  });
  test("still takes nothing where the kernel has opened the other and the page has not put it up", () => {
    const { is, opening, panel, put } = below();
    is.opened = 1;
    opening.draw();
    is.shown = 1;
    opening.draw();
    expect([panel.inert, panel.dataset.xgOpening]).toEqual([true, "Opening chelsea …"]);
    const next = put();
    expect([next.inert, next.dataset.xgOpening]).toEqual([false, undefined]);
  });
  test("takes everything again where its image is selected again", () => {
    const { is, opening, panel } = below();
    is.opened = 1;
    opening.draw();
    is.opened = 0;
    opening.draw();
    expect([panel.inert, panel.dataset.xgOpening]).toEqual([false, undefined]);
  });
  test("that comes up when a third image is selected takes nothing either", () => {
    const { is, opening, put } = below();
    is.opened = 1;
    opening.draw();
    is.shown = 1;
    is.opened = 2;
    opening.draw();
    const next = put();
    expect([next.inert, next.dataset.xgOpening]).toEqual([true, "Opening rocket …"]);
  });
  test("says after a while how to go on with it", () => {
    const { is, opening, panel, said, ended } = below();
    is.opened = 1;
    opening.draw();
    vi.advanceTimersByTime(8000);
    const words = "Opening chelsea … It waits for the kernel; choose coffee to go on with that.";
    expect([panel.dataset.xgOpening, said]).toEqual([words, [words]]);
    is.opened = 2;
    opening.draw();
    expect(panel.dataset.xgOpening).toBe("Opening rocket …");
    ended.abort();
    vi.advanceTimersByTime(8000);
    expect(said).toHaveLength(1);
  });
});
