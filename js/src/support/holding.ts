/** Keeps the height of a box while one panel takes another's place: the page must not scroll. */
export function createHolding(root: Element, ended: AbortSignal): () => void {
  let held: ResizeObserver | undefined;
  ended.addEventListener("abort", () => held?.disconnect());
  return () => {
    const box = root.closest<HTMLElement>(".widget-vbox");
    if (!box) return;
    box.style.minHeight = `${box.offsetHeight}px`;
    const width = box.offsetWidth;
    const observer = new ResizeObserver(() => {
      if (box.offsetWidth === width) return;
      box.style.minHeight = "";
      observer.disconnect();
    });
    held?.disconnect();
    held = observer;
    observer.observe(box);
  };
}
