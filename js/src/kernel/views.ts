/**
 * How many views of a model this page shows, and how many of them can be seen: the kernel lets a
 * run rest that nobody looks at. It cannot know of a page that crashed, so a page speaks up again
 * and again while there is work; xwidget/inspector/work/views.py is the other side.
 */
import type { Command } from "./contract";

/** The fields of the command `views`. */
export type Said = Omit<Extract<Command, { type: "views" }>, "type">;

export interface Views {
  /** Count a view from now on; what is returned ends it. */
  add(root: Element): () => void;
  close(): void;
}

const BEAT = 5000;
/** A view that is scrolled past is not news, in ms. */
const REST = 200;

/**
 * @param tell is called with what there is to say.
 * @param working says whether there is work, in which a silent page would be missed.
 */
export function createViews(tell: (said: Said) => void, working: () => boolean): Views {
  // Another page of the same kernel has another number.
  const page = Math.floor(Math.random() * 2 ** 31);
  const ended = new AbortController();
  const onScreen = new Map<Element, boolean>();
  let rest: ReturnType<typeof setTimeout> | undefined;

  function say(): void {
    clearTimeout(rest);
    const seen = document.hidden ? 0 : [...onScreen.values()].filter(Boolean).length;
    tell({ page, count: onScreen.size, seen });
  }

  const observer = new IntersectionObserver((entries) => {
    let news = false;
    for (const { target, isIntersecting } of entries) {
      if (!onScreen.has(target) || onScreen.get(target) === isIntersecting) continue;
      onScreen.set(target, isIntersecting);
      news = true;
    }
    if (!news) return;
    clearTimeout(rest);
    rest = setTimeout(say, REST);
  });
  const beat = setInterval(() => {
    if (onScreen.size > 0 && working()) say();
  }, BEAT);
  const { signal } = ended;
  const sayIfAny = () => {
    if (onScreen.size > 0) say();
  };
  document.addEventListener("visibilitychange", sayIfAny, { signal });
  // A page that comes back from the browser's memory is shown without being loaded.
  window.addEventListener("pageshow", sayIfAny, { signal });
  window.addEventListener(
    "pagehide",
    () => {
      if (onScreen.size > 0) tell({ page, count: 0, seen: 0 });
    },
    { signal },
  );

  return {
    add(root) {
      onScreen.set(root, true);
      observer.observe(root);
      say();
      return () => {
        observer.unobserve(root);
        if (onScreen.delete(root)) say();
      };
    },
    close() {
      ended.abort();
      observer.disconnect();
      clearInterval(beat);
      clearTimeout(rest);
    },
  };
}
