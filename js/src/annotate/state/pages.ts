/**
 * Which pages send what was done in them: each holds a lock of its own name for as long as it does, and
 * the browser frees it when the page is closed or breaks down.
 */
import { uuid } from "./record";

export type Locks = Pick<LockManager, "request">;

export interface Pages {
  /** Name of this page. */
  readonly own: string;
  /** Do it once a page is there no more, and nobody else does it; at once where nothing tells. */
  after(page: string | undefined, then: () => void): void;
  /** Be there, until the page ends or leaves. */
  stay(): void;
  /** Others may do what is left here, and what was taken over. */
  leave(): void;
}

export function createPages(locks: Locks | null, ended?: AbortSignal): Pages {
  const own = uuid();
  let here = false;
  const frees: (() => void)[] = [];

  function hold(page: string | undefined, then: () => void): void {
    // A page that has no name is of an earlier version.
    if (!locks || !page) {
      then();
      return;
    }
    let done = false;
    const once = () => {
      if (!done && !ended?.aborted) then();
      done = true;
    };
    const had = () => {
      once();
      // It may have left while it waited for its turn.
      const past = ended?.aborted || (page === own && !here);
      return new Promise<void>((free) => (past ? free() : frees.push(free)));
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
    own,
    after: hold,
    leave,
    stay() {
      if (here) return;
      here = true;
      hold(own, () => {});
    },
  };
}
