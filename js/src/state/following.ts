/** Which iteration is drawn: the newest, or one that a person, Python or something linked chose. */
import { batch, type ReadonlySignal, type Signal } from "@preact/signals";
import type { Progress, Status } from "../kernel/contract";
import { byAPerson, fromPage } from "../kernel/linked";
import { nearest } from "./timeline";
import type { Wire } from "./wire";

/** Quiet time after the last scrub before the kernel hears of it, in ms. */
const SCRUB_PAUSE = 150;

/** What is followed, and where it is looked at. */
export interface Followed {
  iteration: Signal<number>;
  follow: Signal<boolean>;
  status: ReadonlySignal<Status>;
  keyframes: ReadonlySignal<number[]>;
  /** Something else will be looked at. */
  elsewhere(): void;
  redraw(): void;
}

export interface Following {
  scrub(wanted: number): void;
  /** What was scrubbed to last is no longer worth telling the kernel. */
  rest(): void;
}

export function createFollowing(
  { model, link, listen }: Wire,
  { iteration, follow, status, keyframes, elsewhere, redraw }: Followed,
): Following {
  let scrubTimer: ReturnType<typeof setTimeout> | undefined;
  let moving = false;
  const step = () => (model.get("_progress") as Partial<Progress> | undefined)?.iteration ?? 0;

  /**
   * Go where the kernel went. Looked at once all that it said is in: marimo announces the traits of
   * one message one by one, and `iteration` means something else with every `_follow` and `_progress`.
   */
  function moved(): void {
    if (link.writing || moving) return;
    moving = true;
    queueMicrotask(() => {
      moving = false;
      const followed = follow.peek();
      const asked = model.get("iteration") as number;
      follow.value = model.get("_follow") as boolean;
      // A busy kernel may not know yet that the page stopped following: the newest doesn't count
      // then. Where it is meant, the kernel says that it is followed.
      const newest = !followed && asked === step();
      if (!newest && !follow.peek() && asked !== iteration.peek()) {
        elsewhere();
        iteration.value = asked;
      }
      redraw();
    });
  }

  /**
   * While a run is followed, what another Inspector or a slider is linked to says is no wish, unless
   * a person is at it: two runs that pull each other along would both be left behind. The host is
   * about to send the value to the kernel, which is why it is put back at once, and in silence.
   */
  let own = model.get("iteration");
  listen("change:iteration", (...given: never[]) => {
    if (!link.writing && fromPage(given) && follow.peek() && model.get("_live")) {
      if (!byAPerson()) {
        model.set("iteration", own, { silent: true });
        return;
      }
      setFollow(false);
    }
    own = model.get("iteration");
    moved();
  });

  function setFollow(value: boolean): void {
    if (follow.peek() === value) return;
    follow.value = value;
    link.write({ _follow: value });
  }

  function scrub(wanted: number): void {
    const frames = keyframes.peek();
    const frame = nearest(frames, wanted);
    if (frame < 0) return;
    const newest = frame === frames.at(-1);
    const leaves = follow.peek() && !newest;
    batch(() => {
      elsewhere();
      iteration.value = frame;
      setFollow(newest);
      redraw();
    });
    clearTimeout(scrubTimer);
    // While the person's act can be seen: what is linked follows it, and leaves its run too.
    if (leaves && model.get("_live")) link.write({ iteration: frame });
    // While the kernel follows, it moves `iteration` itself.
    if (newest && status.peek() === "running") return;
    scrubTimer = setTimeout(() => {
      if (iteration.peek() !== model.get("iteration")) link.write({ iteration: iteration.peek() });
    }, SCRUB_PAUSE);
  }

  listen("change:_follow", moved);
  return { scrub, rest: () => clearTimeout(scrubTimer) };
}
