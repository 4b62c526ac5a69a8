import { describe, expect, test } from "vitest";
import { type Drawn, figures, headOf, signOf, trusted } from "../../src/catalog/trust";
import type { Check, Checks, Verdict } from "../../src/kernel/contract";

const check = (passed: boolean | null): Check => ({
  ...{ name: "small moves", value: null, words: "Moved.", details: {} },
  passed,
});
const checks = (verdict: Verdict, ...passed: (boolean | null)[]): Checks => ({
  verdict,
  summary: `${verdict}: in words.`,
  items: passed.map(check),
});
const DRAWN: Drawn = {
  ...{ status: "done", checks: undefined, edited: false, cut: false, last: 40, iteration: 40 },
};

test.each<[string, string, Partial<Drawn>]>([
  ["Not run yet.", "open", { status: "idle", last: -1, iteration: -1 }],
  ["Checks follow when the run ends.", "open", { status: "running" }],
  ["Checks follow when the run ends.", "open", { status: "running", last: -1 }],
  ["Stopped at iteration 40: not checked.", "unjudged", { status: "stopped", iteration: 12 }],
  ["Failed at iteration 40: not checked.", "unjudged", { status: "error" }],
  ["Not checked.", "unjudged", {}],
  ["Edited by hand: not checked.", "unjudged", { edited: true, checks: checks("holds", true) }],
])("without checks: %s", (words, sign, drawn) => {
  expect(trusted({ ...DRAWN, ...drawn })).toEqual({ sign, words, checks: null });
});

describe("with checks", () => {
  const doubtful: Checks = { ...checks("doubtful", true, false), sign: "doubtful" };

  test("their summary is said of the mask that was checked", () => {
    const words = "doubtful: in words.";
    expect(trusted({ ...DRAWN, checks: doubtful })).toMatchObject({ sign: "doubtful", words });
    // Another class may still run, or the work may have been stopped after this one's end.
    for (const status of ["running", "stopped"] as const) {
      expect(trusted({ ...DRAWN, checks: doubtful, status }).words).toBe(words);
    }
  });

  test("of an earlier iteration they say that they are not its own", () => {
    const now = trusted({ ...DRAWN, checks: doubtful, iteration: 12 });
    expect(now.words).toBe("The result, iteration 40: doubtful.");
    expect(headOf(now)[0]).toBe("");
    expect(now.sign).toBe("unjudged");
  });

  test("above a threshold they say that they are of the whole", () => {
    const now = trusted({ ...DRAWN, checks: doubtful, cut: true });
    expect(now.words).toBe("Not tested by itself; the whole evidence: doubtful.");
    expect(now.sign).toBe("unjudged");
    expect(now.checks).toBe(doubtful);
  });

  test("the kernel says what sign they bear; what says nothing bears none", () => {
    expect(signOf({ ...checks("holds", false), sign: "doubtful" })).toBe("doubtful");
    expect(signOf(checks("holds", true))).toBe("unjudged");
  });

  test("the verdict is told from the rest of the line, where the line begins with it", () => {
    const line = { sign: "doubtful" as const, checks: doubtful };
    expect(headOf({ ...line, words: "Doubtful: moved." })).toEqual(["Doubtful", ": moved."]);
    expect(headOf({ ...line, words: "It is moved." })).toEqual(["", "It is moved."]);
    expect(headOf({ ...line, words: "Not checked.", checks: null })).toEqual(["", "Not checked."]);
  });
});

test("figures have three digits that count", () => {
  expect(figures({ "shift 1": 0.12345, blur: 1.5e-7, gain: -2, flip: null })).toEqual([
    ["shift 1", "0.123"],
    ["blur", "1.5e−7"],
    ["gain", "−2"],
    ["flip", "–"],
  ]);
});
