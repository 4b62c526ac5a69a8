/** What the menu "Beside" offers, purely. */
import type { MethodEntry } from "../../kernel/contract";

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
