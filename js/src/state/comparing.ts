/** Runs beside the main one, to compare it with. */
import type { ReadonlySignal } from "@preact/signals";
import type { Comparison, Variant } from "../kernel/contract";
import type { Looking } from "./looking";
import type { Wire } from "./wire";

export interface Comparing {
  variants: ReadonlySignal<Variant[]>;
  compare(by: Comparison): void;
}

export function createComparing(
  { link, listen }: Wire,
  variants: ReadonlySignal<Variant[]>,
  looking: Looking,
): Comparing {
  listen("change:_variants", () => {
    looking.masks.changed();
    looking.redraw();
  });
  return { variants, compare: (by) => link.send({ type: "compare", by }) };
}
