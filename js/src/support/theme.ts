/** Whether a panel stands on a dark page, as its host or the reader's own preference says. */
import { type ReadonlySignal, signal } from "@preact/signals";

export function darkness(root: HTMLElement, ended: AbortSignal): ReadonlySignal<boolean> {
  const preferred = matchMedia("(prefers-color-scheme: dark)");
  const read = () => {
    const scheme = getComputedStyle(root).colorScheme;
    return scheme === "dark" || (scheme !== "light" && preferred.matches);
  };
  const dark = signal(read());
  const look = () => {
    dark.value = read();
  };
  preferred.addEventListener("change", look, { signal: ended });
  // Hosts change their theme by an attribute or a class: see styles/base.css.
  const observer = new MutationObserver(look);
  for (const element of [document.documentElement, document.body]) {
    observer.observe(element, { attributes: true });
  }
  // A panel that is not on the page yet has no style: it has one as soon as it has a size.
  const sized = new ResizeObserver(look);
  sized.observe(root);
  ended.addEventListener("abort", () => {
    observer.disconnect();
    sized.disconnect();
  });
  return dark;
}
