/** What the kernel, or an exported page, says before anything is marked. */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { FileFormat, SeenRecord } from "../../kernel/contract";
import type { Store } from "../../state/store";

export interface Setup {
  /** Whether all of it is known. */
  ready: ReadonlySignal<boolean>;
  /** Name of where findings are kept; "" where only for this session. */
  store: ReadonlySignal<string>;
  /** Why they are, in words. */
  reason: ReadonlySignal<string>;
  author: ReadonlySignal<string>;
  kinds: ReadonlySignal<readonly string[]>;
  labels: ReadonlySignal<readonly string[]>;
  /** Names image and store; "" where they are not known. */
  scope: ReadonlySignal<string>;
  /** What is seen now, as far as the page knows: a kernel knows better. */
  seen(): SeenRecord;
  /** What all findings here are seen on, without class and score. */
  base: ReadonlySignal<SeenRecord>;
  /** Files that findings can be written to. */
  formats: ReadonlySignal<readonly FileFormat[]>;
}

const KINDS = ["object", "part", "other object", "background", "artifact", "text"];
const OWN: FileFormat = {
  name: "xwidget",
  label: "Download findings",
  title: "One file, which Python and an exported page read",
};
const NOTHING: SeenRecord = {
  ...{ digest: "", image: "", size: null, geometry: null, model: "", weights: "" },
  ...{ preprocessing: "", target: null, class_name: "", game: "", defense: "", iteration: null },
  ...{ image_score: null, score: null, checks: "", version: "" },
};

export function createSetup(store: Store): Setup {
  const { wire, portable, netName } = store;
  const said = wire.trait("_findings", {});
  const base = computed(() => ({ ...NOTHING, model: netName.value, ...said.value.base }));
  return {
    // An exported page knows all that it ever will.
    ready: computed(() => said.value.ready === true || portable.value),
    store: computed(() => said.value.store ?? ""),
    reason: computed(() => said.value.reason ?? ""),
    author: computed(() => said.value.author ?? ""),
    kinds: computed(() => said.value.kinds ?? KINDS),
    labels: computed(() => said.value.labels ?? []),
    scope: computed(() => said.value.scope || (portable.value ? `page ${thisPage()}` : "")),
    base,
    seen() {
      const drawn = store.drawn.peek();
      const { game = "", defense = "" } = store.ran.peek();
      const target = drawn?.target ?? store.target.peek();
      const known = store.classes.peek().find(({ index }) => index === target);
      return {
        ...base.peek(),
        ...{ target, class_name: known?.name ?? "", image_score: known?.score ?? null },
        ...{ game, defense: String(defense), iteration: drawn?.iteration ?? null },
        score: drawn && Number.isFinite(drawn.score) ? drawn.score : null,
        checks: store.checks.peek()[target]?.verdict ?? "",
      };
    },
    formats: computed(() => said.value.formats ?? [OWN]),
  };
}

function thisPage(): string {
  return globalThis.location?.pathname ?? "";
}
