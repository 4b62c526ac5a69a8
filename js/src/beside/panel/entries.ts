/** What the menu "Beside" offers, purely. */
import type { BesidePane, MethodEntry } from "../../kernel/contract";

/** Whether a pane is what a method's entry puts there: one with options of its own, from Python, is not. */
export function isOf(
  { name, label }: MethodEntry,
  pane: Pick<BesidePane, "kind" | "name" | "label">,
): boolean {
  return pane.kind === "method" && pane.name === name && pane.label === label;
}

/** Those that can be had now, quick ones first, and those whose library is missing. */
export function offered(methods: readonly MethodEntry[]): {
  here: MethodEntry[];
  missing: MethodEntry[];
} {
  const here = methods.filter(({ missing }) => !missing);
  return {
    here: [...here.filter(({ quick }) => quick), ...here.filter(({ quick }) => !quick)],
    missing: methods.filter(({ missing }) => missing),
  };
}
