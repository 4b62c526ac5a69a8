/** Runs beside the main one, to compare it with. */
import type { ReadonlySignal } from "@preact/signals";
import type { Comparison, Comparisons, Variant } from "../kernel/contract";
import type { Reply } from "../kernel/replies";
import type { Looking } from "./looking";
import type { Wire } from "./wire";

export interface Comparing {
  variants: ReadonlySignal<Variant[]>;
  /** What a run is compared with. */
  comparisons: ReadonlySignal<Comparisons>;
  compare(by: Comparison): Promise<Reply<"compare">>;
}

/** An exported page is compared with nothing. */
const NONE = { game: {}, defense: {} };

export function createComparing(
  { link, listen, trait }: Wire,
  variants: ReadonlySignal<Variant[]>,
  looking: Looking,
): Comparing {
  listen("change:_variants", () => {
    looking.masks.changed();
    looking.redraw();
  });
  const comparisons = trait("_comparisons", NONE);
  return { variants, comparisons, compare: (by) => link.ask({ type: "compare", by }) };
}
