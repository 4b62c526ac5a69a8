/** How long what waits for a frame waits at most, in ms: a page that is not in sight draws none. */
const PATIENCE = 250;

/**
 * Has something done once a frame, however often it is asked for: it is right before the page is drawn.
 * Where nothing is ever drawn it is done at once.
 */
export function onceAFrame(act: () => void, ended?: AbortSignal): () => void {
  let frame: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  function cancel(): void {
    if (frame !== null) cancelAnimationFrame(frame);
    clearTimeout(timer);
    frame = null;
  }
  const run = () => {
    cancel();
    act();
  };
  ended?.addEventListener("abort", cancel);
  return () => {
    if (frame !== null || ended?.aborted) return;
    if (!("requestAnimationFrame" in globalThis)) {
      act();
      return;
    }
    frame = requestAnimationFrame(run);
    timer = setTimeout(run, PATIENCE);
  };
}
