/** The runs beside the main one: begun when they are looked at, or on request. */
import { effect } from "@preact/signals";
import { comparedRuns } from "../picture/panes";
import type { Picture } from "../picture/picture";

/** Once for each run, and again where it went on: what there is already is not run again. */
export function compareWhenLookedAt({ layout, store }: Picture): () => void {
  const compared = new Set<string>();
  return effect(() => {
    const by = layout.value;
    if (!(by in store.comparisons.value) || store.offline.value || !store.drawn.value) return;
    const { run, iterations } = store.progress.value;
    const key = `${by} ${run} ${iterations}`;
    if (store.starting.value || run === 0 || compared.has(key)) return;
    // What has not begun of another comparison is given up for this one.
    if (store.status.peek() === "running") compared.clear();
    compared.add(key);
    store.compare(by);
  });
}

/** Beside the pictures: it comes and goes, and must not move the tools. */
export function RunOthers({ picture }: { picture: Picture }) {
  if (!unfinished(picture)) return null;
  const run = () => picture.store.compare(picture.layout.peek());
  return (
    <button type="button" class="xw-tool xw-others" onClick={run}>
      Run the others
    </button>
  );
}

/** Whether something that is compared was stopped, or the run went on without it. */
function unfinished({ layout, store }: Picture): boolean {
  const by = layout.value;
  if (store.offline.value || store.status.value === "running") return false;
  const newest = store.keyframes.value.at(-1) ?? 0;
  return comparedRuns(store, by).some(({ run }) => {
    const found = store.variants.value.find((variant) => variant.run === run);
    return (found?.iteration ?? -1) < newest;
  });
}
