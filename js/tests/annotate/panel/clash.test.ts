import { expect, test } from "vitest";
import { differences } from "../../../src/annotate/panel/clash";
import { aFinding } from "./a_finding";

test("what two people said otherwise is said side by side", () => {
  const mine = aFinding({ label: "watermark", verdict: "spurious" });
  const theirs = { ...mine, verdict: "core", reason: "it is the product" };
  expect(differences(mine, theirs)).toBe(
    "Verdict: core (yours spurious); reason: it is the product (yours none).",
  );
  const moved = { ...mine, region: { type: "point", x: 1, y: 2 } as const };
  expect(differences(mine, moved)).toBe("The region differs.");
  expect(differences(mine, { ...mine, deleted: true })).toBe("Yours is still here.");
});
