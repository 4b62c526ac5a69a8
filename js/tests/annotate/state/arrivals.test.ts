/** What comes unasked, and what was on its way before. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BOX, marking, OTHER } from "./marking";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a list that is already being made", () => {
  test("takes nothing away that came since it was asked for", () => {
    const { findings, fake, pump, push, store, kernel, waiting } = marking();
    findings.add(BOX);
    pump();
    store.connect();
    kernel.answers({ type: "welcome", protocol: 2, run: 1 });
    const [asked] = waiting();
    const list = asked && fake.answer(asked);
    const added = { ...fake.list()[0], id: "11111111-1111-4111-8111-111111111111" };
    push({ type: "finding", finding: added }); // as where Python adds one
    push({ ...list, id: asked?.id });
    expect(findings.get(added.id)).not.toBeNull();
    expect(findings.all.value).toHaveLength(2);
  });
});

describe("a review that was given elsewhere", () => {
  test("tells what was withheld, and takes the place of none that waits here", () => {
    const { findings, fake, push, pump } = marking();
    const { id } = findings.add(BOX, { author: "another", verdict: "core" });
    pump();
    const finding = { ...fake.list()[0], withheld: false };
    push({ type: "finding", finding: fake.change(id, { label: "cup", withheld: true }) });
    const said = (author: string, verdict: string) => {
      const created = "2026-01-01T00:00:00.000Z";
      return { ...{ id: author, finding: id, author, verdict }, kind: "", reason: "", created };
    };
    push({ ...{ type: "judged", finding }, reviews: [said("me", "core")] });
    expect(findings.get(id)?.withheld).toBe(true); // of an older version
    const newest = { ...fake.list()[0], withheld: false };
    push({ type: "judged", finding: newest, reviews: [said("me", "core"), said("Bo", "unsure")] });
    expect(findings.get(id)?.withheld).toBe(false);
    expect(findings.reviews.value.map(({ author }) => author)).toEqual(["me", "Bo"]);
    findings.review(id, { verdict: "spurious", kind: "", reason: "" });
    push({ type: "judged", finding: newest, reviews: [said("me", "core")] });
    expect(findings.reviews.value.find(({ author }) => author === "me")?.verdict).toBe("spurious");
  });
});

describe("what was measured of a finding", () => {
  const effect = {
    ...{ target: 5, image: 0.9, without: 0.4, only: 0.2, share: 0.5, area: 0.1, draws: 8 },
    ...{ without_spread: 0, only_spread: 0 },
  };
  /** One that is kept, and how its effect comes. */
  function kept() {
    const page = marking();
    const { id } = page.findings.add(BOX);
    page.pump();
    const measure = (version: number, without = 0.4, found = true) =>
      page.push({
        ...{ type: "effect", id, version },
        ...{ effect: found ? { ...effect, without } : null, reason: found ? "" : "no score" },
      });
    const others = (patch: object) =>
      page.push({ type: "finding", finding: page.fake.change(id, { effect: null, ...patch }) });
    return { ...page, id, measure, others };
  }

  test("does not hold for a region that another gives it, and comes anew", () => {
    const { findings, id, measure, others } = kept();
    measure(1);
    others({ region: OTHER });
    expect(findings.effectOf(id)).toBe("pending");
    measure(1); // late: of the region before
    expect(findings.effectOf(id)).toBe("pending");
    measure(2, 0.8);
    expect(findings.effectOf(id)).toMatchObject({ without: 0.8 });
  });

  test("and could not be is pending again for a region that another gives it", () => {
    const { findings, id, measure, others } = kept();
    measure(1, 0, false);
    expect(findings.effectOf(id)).toBeNull();
    others({ region: OTHER });
    expect(findings.effectOf(id)).toBe("pending");
  });

  test("holds for a label that another gives it, though the news came without it", () => {
    const { findings, id, measure, others } = kept();
    measure(1);
    others({ label: "cup" });
    expect(findings.get(id)).toMatchObject({ label: "cup", effect });
  });

  test("of another's region is not shown with one's own, but with theirs where that is taken", () => {
    const { findings, id, measure, others, pump } = kept();
    findings.change(id, { label: "mine" });
    others({ region: OTHER });
    pump();
    measure(2, 0.8);
    expect(findings.get(id)).toMatchObject({ region: BOX, label: "mine" });
    expect(findings.effectOf(id)).toBe("pending");
    measure(1); // late, and of one's own
    expect(findings.effectOf(id)).toMatchObject({ without: 0.4 });
    findings.resolve(id, "theirs");
    expect(findings.get(id)).toMatchObject({ region: OTHER, effect: { without: 0.8 } });
  });

  test("late is not of the region that was taken from another", () => {
    const { findings, id, measure, fake, pump } = kept();
    fake.change(id, { region: OTHER });
    findings.change(id, { label: "mine" });
    pump();
    findings.resolve(id, "theirs");
    measure(1);
    expect(findings.effectOf(id)).toBe("pending");
  });

  test("of a version that a store counts lower than it was to be is taken", () => {
    const { findings, id, measure, fake, pump } = kept();
    findings.change(id, { label: "x".repeat(300) }); // on its way
    findings.change(id, { region: OTHER, label: "short" }); // a third version, if both are kept
    fake.refusals = [{ message: "the label is too long", final: true }];
    pump();
    expect(findings.get(id)).toMatchObject({ version: 2, region: OTHER });
    measure(2);
    expect(findings.effectOf(id)).toEqual(effect);
  });
});
