import { describe, expect, test } from "vitest";
import { asJudged, asTold, told, toldLine } from "../../../src/annotate/panel/told";
import type { ReviewRecord } from "../../../src/kernel/contract";
import { aFinding } from "./a_finding";

const hers = aFinding({ author: "Ana", verdict: "spurious", kind: "text", reason: "a stock mark" });
const review = (author: string, verdict: string, finding = hers): ReviewRecord => ({
  ...{ id: author + verdict, finding: finding.id, author, verdict, kind: "", reason: "" },
  created: "2026-01-01T00:00:00Z",
});

describe("another's verdict", () => {
  test("is told by nothing until one's own is given", () => {
    expect(told(hers, "me", [review("Bo", "core")])).toMatchObject({ blind: true, verdict: "" });
    const seen = asTold(hers, "me", []);
    expect([seen.verdict, seen.kind, seen.reason, seen.confidence]).toEqual(["", "", "", null]);
    const line = toldLine(hers, "me", [review("Bo", "core")]);
    expect(line).toContain("Ana");
    expect(line).not.toMatch(/spurious|core|text|stock/);
  });
  test("is told with the others' once it is", () => {
    const reviews = [review("Bo", "core"), review("me", "unsure")];
    expect(told(hers, "me", reviews)).toMatchObject({ blind: false, verdict: "unsure" });
    expect(asTold(hers, "me", reviews)).toBe(hers);
    expect(toldLine(hers, "me", reviews)).toBe("Ana: spurious, text – a stock mark · Bo: core");
  });
  test("of two the newest counts", () => {
    const reviews = [review("me", "core"), review("Bo", "core"), review("Bo", "spurious")];
    expect(toldLine(hers, "me", reviews)).toMatch(/Bo: spurious$/);
  });
});

test("what a kernel withholds is not told before it comes, nor is what it tells kept back", () => {
  const bare = aFinding({ author: "Ana", withheld: true });
  const mine = [review("me", "core", bare)];
  expect(told(bare, "me", mine)).toMatchObject({ blind: true, verdict: "core" });
  expect(asJudged(bare, "me", mine)).toMatchObject({ verdict: "core", kind: "", reason: "" });
  expect(toldLine(bare, "me", mine)).toBe(
    "Ana marked it: that verdict is told once yours is kept.",
  );
  const open = { ...hers, withheld: false };
  expect(told(open, "me", [])).toMatchObject({ blind: false, verdict: "" });
  expect(asJudged(open, "me", [])).toBe(open);
});

test("one's own finding is one's own to judge, as is one by nobody", () => {
  for (const author of ["me", ""]) {
    const mine = aFinding({ author, verdict: "core" });
    expect(told(mine, "me", [])).toMatchObject({ others: false, blind: false, verdict: "core" });
    expect(asTold(mine, "me", [])).toBe(mine);
  }
  expect(toldLine(aFinding({ author: "me" }), "me", [])).toBe("Marked by you");
});

test("on an exported page, where nobody has a name, all is told that is part of it", () => {
  expect(told(hers, "", [])).toMatchObject({ others: true, blind: false });
  expect(asTold(hers, "", [])).toBe(hers);
  expect(toldLine(hers, "", [])).toBe("Ana: spurious, text – a stock mark");
  const bare = { ...hers, verdict: "", kind: "", reason: "", withheld: true };
  expect(told(bare, "", [])).toMatchObject({ blind: true });
  expect(toldLine(bare, "", [])).toBe("Ana marked it: that verdict is not part of this page.");
});
