/**
 * Which pages send what was done in them: each holds a lock of its own name for as long as it does, and
 * the browser frees it when the page is closed or breaks down.
 */
import { uuid } from "./record";

export type Locks = Pick<LockManager, "request">;

export interface Pages {
  /** Name of this page; "" while it has left. */
  readonly own: string;
  /** Whether anything tells which pages are there. */
  readonly tell: boolean;
  /**
   * Do it once a page is there no more, and nobody else does it; at once where nothing tells, or it has
   * no name. Where it is done or waited for already, nothing is.
   */
  after(page: string, then: () => void): void;
  /** Be there, under a new name, until the page ends or leaves: others may have what is of earlier ones. */
  stay(): void;
  /** Others may do what is left here, and what was taken over. */
  leave(): void;
}

export function createPages(locks: Locks | null, ended?: AbortSignal): Pages {
  /** All that this page has had. */
  const names: string[] = [];
  let here = false;
  /** Those whose locks are held or waited for. */
  const asked = new Set<string>();
  const frees: (() => void)[] = [];

  function hold(page: string, then: () => void): void {
    if (!locks || !page) {
      then();
      return;
    }
    if (asked.has(page)) return;
    asked.add(page);
    let done = false;
    const once = () => {
      if (!done && !ended?.aborted) then();
      done = true;
    };
    const had = () => {
      once();
      return new Promise<void>((done) => {
        const free = () => {
          asked.delete(page);
          done();
        };
        // It may have left while it waited for its turn: then others may do it, too.
        if (here && !ended?.aborted) frees.push(free);
        else free();
      });
    };
    // A browser that refuses locks tells nothing.
    const options = ended ? { signal: ended } : {};
    locks.request(`xwidget page ${page}`, options, had).catch(once);
  }
  function leave(): void {
    here = false;
    for (const free of frees.splice(0)) free();
  }
  ended?.addEventListener("abort", leave);
  return {
    get own() {
      return (here && names.at(-1)) || "";
    },
    tell: locks !== null,
    after: hold,
    leave,
    stay() {
      if (here) return;
      here = true;
      names.push(uuid());
      for (const name of names) hold(name, () => {});
    },
  };
}
