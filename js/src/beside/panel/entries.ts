/** What the menu "Beside" offers, purely. */
import type { BesidePane, MethodEntry } from "../../kernel/contract";

/** Whether a pane is what a method's entry puts there: one with options of its own, from Python, is not. */
export function isOf(
  { name, label }: MethodEntry,
  pane: Pick<BesidePane, "kind" | "name" | "label">,
): boolean {
  return pane.kind === "method" && pane.name === name && pane.label === label;
}

/** Those that can be had now, quick ones first, and those that cannot. */
export function offered(methods: readonly MethodEntry[]): {
  here: MethodEntry[];
  others: MethodEntry[];
} {
  const here = methods.filter(({ missing, unfit }) => !missing && !unfit);
  return {
    here: [...here.filter(({ quick }) => quick), ...here.filter(({ quick }) => !quick)],
    others: methods.filter(({ missing, unfit }) => missing || unfit),
  };
}
