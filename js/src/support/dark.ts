/** Whether a part of the page stands on a dark ground, and when that may have changed. */

const preferred = () => matchMedia("(prefers-color-scheme: dark)");

/** Whether an element is drawn dark, as its host or the reader's own preference says. */
export function isDark(element: HTMLElement): boolean {
  const scheme = getComputedStyle(element).colorScheme;
  return scheme === "dark" || (scheme !== "light" && preferred().matches);
}

/** Have something done where an element may be drawn otherwise: dark, or light, or of another size. */
export function onLook(element: HTMLElement, changed: () => void, ended: AbortSignal): void {
  preferred().addEventListener("change", changed, { signal: ended });
  // Hosts change their theme by an attribute or a class: see styles/base.css.
  const observer = new MutationObserver(changed);
  for (const each of [document.documentElement, document.body]) {
    observer.observe(each, { attributes: true });
  }
  // What is not on the page yet has no style: it has one as soon as it has a size.
  const sized = new ResizeObserver(changed);
  sized.observe(element);
  ended.addEventListener("abort", () => {
    observer.disconnect();
    sized.disconnect();
  });
}
