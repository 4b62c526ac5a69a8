import { describe, expect, test } from "vitest";
import { differences } from "../../../src/annotate/panel/clash";
import { type Circumstances, lineOf } from "../../../src/annotate/panel/lines";
import { toldLine } from "../../../src/annotate/panel/told";
import { effectLine, effectTitle, savedWords, share } from "../../../src/annotate/panel/words";
import { aFinding, EFFECT } from "./a_finding";

describe("the line of an effect", () => {
  test("says what the region does", () => {
    expect(effectLine(EFFECT, "")).toBe(
      "without it 0.95 → 0.41 ± 0.03 · alone 0.62 · 38% of the evidence on 9% of the image",
    );
  });
  test("has three digits where two would say nothing", () => {
    const faint = { ...EFFECT, image: 0.009, without: 0.0001, only: 0.004 };
    expect(effectLine(faint, "")).toContain("without it 0.009 → <0.001 ± 0.03 · alone 0.004");
  });
  test("does without a share where there is no evidence", () => {
    expect(effectLine({ ...EFFECT, share: null }, "")).toMatch(/covers 9% of the image$/);
  });
  test("says that the score rises, where that is more than the backgrounds make", () => {
    const rising = { ...EFFECT, image: 0.42, without: 0.8 };
    expect(effectLine(rising, "")).toMatch(
      /^without it the score rises: 0\.42 → 0\.80 ± 0\.03 · alone/,
    );
    expect(effectLine({ ...rising, without_spread: 0.5 }, "")).toMatch(
      /^without it 0\.42 → 0\.80 ± 0\.50 ·/,
    );
    const still = { ...EFFECT, image: 0.541, without: 0.544, without_spread: 0.001 };
    expect(effectLine(still, "")).toMatch(/^without it 0\.54 → 0\.54 ·/);
  });
  test("says that it is measured, or why it is not", () => {
    expect(effectLine("pending", "")).toBe("Measuring …");
    expect(effectLine("withheld", "")).toBe("Its effect is withheld, as the verdict is.");
    expect(effectLine("untested", "")).toBe("Not tested: no kernel");
    expect(effectLine(null, "the net failed")).toBe("Not tested: the net failed");
  });
  test("is explained", () => {
    expect(effectTitle(EFFECT, "espresso")).toMatch(/^Scores of espresso.*8 drawn backgrounds/);
    expect(effectTitle("pending", "espresso")).toBe("");
  });
  test.each([
    [0, "0%"],
    [0.001, "<1%"],
    [0.005, "1%"],
    [0.385, "39%"],
    [1, "100%"],
  ])("a share of %f is %s", (value, words) => {
    expect(share(value)).toBe(words);
  });
});

describe("a line of the list", () => {
  const of = {
    effect: EFFECT,
    blind: false,
    author: "",
    reviewed: false,
    theirs: "",
    hidden: false,
  } as const;
  const plain = { ...of, color: undefined, unsaved: "", side: "" } as const;
  test("is named by label, verdict and effect", () => {
    const finding = aFinding({ label: "watermark", verdict: "spurious", kind: "text" });
    const entry = lineOf(finding, plain);
    expect(entry.name).toBe("watermark, spurious, 0.95 → 0.41");
    expect([entry.judged, entry.kind]).toEqual(["spurious", "text"]);
  });
  test("says what is missing", () => {
    expect(lineOf(aFinding(), { ...plain, effect: "untested" }).name).toBe(
      "box, upper left, no verdict, not tested, <1% of the image",
    );
    const bare = lineOf(aFinding(), { ...plain, effect: "withheld", blind: true, author: "Ana" });
    expect(bare.name).toContain("not judged yet, effect withheld");
    expect(lineOf(aFinding({ kind: "text" }), { ...plain, effect: "pending" }).name).toBe(
      "text, upper left, no verdict, measuring, <1% of the image",
    );
  });
  test.each([
    [{ type: "box", x: 160, y: 160, width: 60, height: 60 }, "box, lower right", "7% of the image"],
    [{ type: "box", x: 100, y: 0, width: 20, height: 20 }, "box, top", "1% of the image"],
    [{ type: "point", x: 112.5, y: 110 }, "point, middle", "at 112, 110"],
    [
      {
        type: "polygon",
        rings: [
          [
            [0, 100],
            [50, 100],
            [50, 130],
          ],
        ],
      },
      ...(["polygon, left", "1% of the image"] as const),
    ],
  ] as const)("without a label tells %o by its place and size", (region, label, extent) => {
    const line = lineOf(aFinding({ region: region as never }), plain);
    expect([line.label, line.labeled, line.more]).toEqual([label, false, [extent]]);
  });
  test("says whose it is, that it waits for a verdict, where it is kept and which side it is", () => {
    const finding = aFinding({ label: "cup", author: "Ana" });
    const more = { author: "Ana", blind: true, unsaved: "in this page", hidden: true };
    expect(lineOf(finding, { ...plain, ...more, side: "theirs" })).toMatchObject({
      key: `${finding.id}-theirs`,
      name:
        "cup, not judged yet, 0.95 → 0.41, by Ana, theirs, changed meanwhile, in this page, " +
        "hidden",
    });
  });
});

describe("whether findings are kept is said", () => {
  const store = "xwidget-findings.sqlite";
  test.each([
    [["saved", "saved"], "", "Saved in xwidget-findings.sqlite", false],
    [["saved", "saving"], "", "Saving …", false],
    [
      ["page"],
      "the kernel was shut down",
      "Kept only in this page: the kernel was shut down",
      true,
    ],
    [["page", "saved"], "no kernel", "1 finding kept only in this page: no kernel", true],
    [["kernel"], "the disk is full", "The disk is full", true],
    [[], "", "Saves in xwidget-findings.sqlite", false],
  ] as const)("%o %s", (states, reason, words, trouble) => {
    expect(savedWords({ states, store, reason, ready: true })).toEqual([words, trouble]);
  });
  test("once it is known where they are: a store that was given may still be opened", () => {
    const before = { store: "", reason: "", ready: false };
    expect(savedWords({ ...before, states: [] })).toEqual(["", false]);
    expect(savedWords({ ...before, states: ["saving"] })).toEqual(["Saving …", false]);
    expect(savedWords({ ...before, states: [], ready: true })).toEqual([
      ...["Kept for this session", true],
    ]);
  });
  test("also where there is no store", () => {
    const reason = "SQLAlchemy is not installed";
    const [words] = savedWords({ states: [], store: "", reason, ready: true });
    expect(words).toBe("SQLAlchemy is not installed");
  });
  test("also that a store is out of reach, before anything is lost", () => {
    const of = {
      states: ["saved"] as const,
      store: "study",
      reason: "the store cannot be reached",
      ready: true,
    };
    expect(savedWords(of)).toEqual(["The store cannot be reached", true]);
  });
});

describe("texts of others", () => {
  const turning = "gone\u202e.gpj";
  const circumstances: Circumstances = {
    ...{ blind: false, author: turning, reviewed: false, theirs: "", hidden: false },
    ...{ effect: "pending" as const, color: undefined, unsaved: "", side: "" as const },
  };
  test("turn nothing around in a line of the list", () => {
    const finding = aFinding({ label: turning, kind: "\0 kind" });
    const line = lineOf(finding, circumstances);
    expect(JSON.stringify(line)).not.toMatch(/[\u202e]|\\u0000/);
    expect(line.name).toMatch(/^gone\ufffd\.gpj, /);
    expect(line.more).toContain("by gone\ufffd.gpj");
  });
  test("stand apart where they are written from right to left", () => {
    const { name } = lineOf(aFinding({ label: "שלום" }), circumstances);
    expect(name).toMatch(/^\u2068שלום\u2069, /);
  });
  test("turn nothing around in what is said of verdicts, clashes and the store", () => {
    const mine = aFinding({ label: "a", author: "me" });
    const theirs = { ...mine, label: turning };
    expect(differences(mine, theirs)).toBe("Label: gone\ufffd.gpj (yours a).");
    const review = { id: "r", finding: mine.id, author: turning, created: "" };
    const said = { ...review, verdict: "core", kind: "\u2067", reason: "" };
    expect(toldLine(mine, "me", [said])).toBe("gone\ufffd.gpj: core, \ufffd");
    const saved = savedWords({ states: ["saved"], store: turning, reason: "", ready: true });
    expect(saved).toEqual(["Saved in gone\ufffd.gpj", false]);
  });
});
