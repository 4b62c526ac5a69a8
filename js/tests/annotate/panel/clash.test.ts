import { expect, test } from "vitest";
import { differences } from "../../../src/annotate/panel/clash";
import { newsOf } from "../../../src/annotate/panel/saved";
import { aFinding } from "./a_finding";
import { aView } from "./fakes";

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

test("what came from others is news, what a person did is none", () => {
  const finding = aFinding({ label: "watermark" });
  const { view, clashes } = aView([finding]);
  expect(newsOf(view)).toBe("");
  clashes.value = [{ mine: finding, theirs: { ...finding, label: "logo" } }];
  expect(newsOf(view)).toBe("1 finding changed meanwhile by others.");
});
