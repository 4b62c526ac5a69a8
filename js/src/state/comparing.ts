/** Runs beside the main one, to compare it with. */
import type { ReadonlySignal } from "@preact/signals";
import type { Traits, Variant } from "../kernel/contract";
import type { Reply } from "../kernel/replies";
import type { Looking } from "./looking";
import type { Wire } from "./wire";

export interface Comparing {
  variants: ReadonlySignal<Variant[]>;
  /** What a run is compared with. */
  comparisons: ReadonlySignal<Traits["_comparisons"]>;
  compare(by: string): Promise<Reply<"compare">>;
  /** What stands beside our evidence: other methods, other models, arrays. */
  beside: ReadonlySignal<Traits["_beside"]>;
}

export function createComparing(
  { link, listen, trait }: Wire,
  variants: ReadonlySignal<Variant[]>,
  looking: Looking,
): Comparing {
  listen("change:_variants", () => {
    looking.masks.changed();
    looking.redraw();
  });
  // An exported page is compared with nothing.
  const comparisons = trait("_comparisons", {});
  const beside = trait("_beside", []);
  return { variants, comparisons, beside, compare: (by) => link.ask({ type: "compare", by }) };
}
