import { describe, expect, test } from "vitest";
import { pressIn } from "../../../src/annotate/panel/keys";
import { newsOf, offWords } from "../../../src/annotate/panel/saved";
import { WHOLE } from "../../../src/picture/camera";
import { aFinding, EFFECT } from "./a_finding";
import { aView, press } from "./fakes";

const region = { type: "box", x: 100, y: 120, width: 30, height: 20 } as const;

describe("a label", () => {
  test("that was given last is that of the next finding", () => {
    const { view, all } = aView();
    const first = view.act.add(region);
    expect(first.label).toBe("");
    view.act.label(first.id, "watermark");
    expect(view.act.add(region).label).toBe("watermark");
    view.act.label(first.id, "");
    expect(view.act.add(region).label).toBe("");
    expect(all.value.map(({ label }) => label)).toEqual(["", "watermark", ""]);
  });
  test("that is taken over is said, and how to change it", () => {
    const { view } = aView();
    const first = view.act.add(region);
    expect(view.annotating.says.value).toBe("Added box, middle. C, S or U judges it.");
    view.act.label(first.id, "engine");
    view.act.add(region);
    expect(view.annotating.says.value).toBe(
      "Added box, labeled “engine” like the one before: T changes it. C, S or U judges it.",
    );
  });
  test("from Python, a file or another person is none that was given here", () => {
    const hers = aFinding({ label: "sky", author: "Ana" });
    expect(aView([aFinding({ label: "rim" }), hers]).view.act.add(region).label).toBe("");
  });
});

describe("another's finding", () => {
  const hers = aFinding({ author: "Ana", verdict: "core", kind: "text", label: "cup" });
  test("is judged by a review, and its verdict is told after that", () => {
    const { view, all, reviews } = aView([hers]);
    view.annotating.selected.value = hers.id;
    expect(view.lines.value[0]?.name).toBe("cup, not judged yet, not tested, by Ana");
    view.act.judge("spurious");
    expect(reviews.value).toMatchObject([{ finding: hers.id, verdict: "spurious" }]);
    expect(all.value).toEqual([hers]); // it stays hers
    expect(view.lines.value[0]?.name).toBe("cup, spurious, not tested, by Ana (core), your review");
    view.act.say(hers.id, { reason: "only a mark" });
    expect(reviews.value.at(-1)).toMatchObject({ verdict: "spurious", reason: "only a mark" });
  });
  test("is listed, drawn and filtered by one's own review of it", () => {
    const none = aFinding({ author: "Ana" });
    const { view } = aView([hers, none]);
    view.filter.value = { ...view.filter.value, verdict: "spurious" };
    expect(view.order.value).toEqual([]);
    for (const { id } of [hers, none]) {
      view.annotating.selected.value = id;
      view.act.judge("spurious");
    }
    expect(view.order.value).toHaveLength(2);
    expect(view.annotating.shown.value.map(({ verdict }) => verdict)).toEqual([
      ...["spurious", "spurious"],
    ]);
    expect(view.lines.value[0]).toMatchObject({
      ...{ verdict: "spurious", judged: "spurious" },
      more: ["<1% of the image", "by Ana", "your review"],
    });
    view.filter.value = { ...view.filter.value, verdict: "core" };
    expect(view.order.value).toEqual([]);
  });
  test("can be given no reason before a verdict", () => {
    const { view, reviews } = aView([hers]);
    view.act.say(hers.id, { reason: "only a mark" });
    expect(reviews.value).toEqual([]);
    expect(view.annotating.says.value).toMatch(/verdict first/);
  });
  test("gives its kind away in no words that are said of it", () => {
    const { view } = aView([{ ...hers, label: "" }]);
    view.annotating.selected.value = hers.id;
    view.act.remove();
    expect(view.annotating.says.value).toMatch(/^Deleted box, upper left/);
  });
  test("gives nothing away by its place, however the list is sorted and filtered", () => {
    const { view } = aView([hers, aFinding({ verdict: "core" })]);
    view.filter.value = { ...view.filter.value, verdict: "core" };
    expect(view.order.value.map(({ author }) => author)).toEqual(["me"]);
    view.filter.value = { ...view.filter.value, verdict: "", text: "text" };
    expect(view.order.value).toEqual([]);
  });
});

describe("with annotating off", () => {
  test("a row that is chosen is selected, says so, and can be deleted and brought back", () => {
    const [cup, rim] = [aFinding({ label: "cup" }), aFinding({ label: "rim" })];
    const { view, all, focused } = aView([cup, rim]);
    view.act.select(cup.id);
    expect([view.annotating.on.value, view.annotating.selected.value]).toEqual([false, cup.id]);
    expect(offWords(view)).toBe(
      "cup is shown on the picture. Del deletes it; A turns annotating on.",
    );
    expect(pressIn(view, press("Delete"))).toBe(true);
    expect(offWords(view)).toBe("Deleted cup. Ctrl+Z brings it back.");
    expect([all.value, view.annotating.selected.value]).toEqual([[rim], rim.id]);
    expect(pressIn(view, press("Escape"))).toBe(true);
    expect([view.annotating.selected.value, offWords(view)]).toEqual([
      ...[null, "Annotating is off: A turns it on."],
    ]);
    for (const key of ["Delete", "Escape", "c"]) expect(pressIn(view, press(key))).toBe(false);
    expect(focused).toEqual([]);
  });
  test("what is selected stays so when it is turned on", () => {
    const cup = aFinding({ label: "cup" });
    const { view } = aView([cup]);
    view.act.select(cup.id);
    expect(pressIn(view, press("a"))).toBe(true);
    expect([view.annotating.selected.value, view.annotating.says.value]).toEqual([cup.id, ""]);
  });
});

describe("what a file holds", () => {
  test("is taken in one step, what is here already as another finding", () => {
    const here = aFinding({ label: "cup" });
    const { view, all, did } = aView([here]);
    const read = [aFinding({ label: "rim", verdict: "core" }), here];
    const row = { matched: "digest", reason: "", base: 4 };
    view.act.take(read.map((finding) => ({ ...row, finding })));
    expect(did).toEqual(["together", "load over 4", "add"]);
    expect(all.value.map(({ label }) => label)).toEqual(["cup", "rim", "cup"]);
    expect(all.value[1]?.id).toBe(read[0]?.id);
    expect(new Set(all.value.map(({ id }) => id)).size).toBe(3);
    expect(view.annotating.says.value).toBe("Added 2 findings.");
    // The first of them in the list, which the next key judges.
    expect(view.annotating.selected.value).toBe(read[0]?.id);
    view.act.judge("spurious");
    expect(all.value.map(({ verdict }) => verdict)).toEqual(["", "spurious", ""]);
  });
});

describe("a clash", () => {
  test("stands in the list with both sides, until one of them is taken", () => {
    const mine = aFinding({ label: "cup", verdict: "core" });
    const { view, clashes, did, focused } = aView([mine]);
    clashes.value = [{ mine, theirs: { ...mine, verdict: "spurious" } }];
    expect(view.lines.value.map(({ name }) => name)).toEqual([
      "cup, core, not tested, yours, changed meanwhile",
      "cup, spurious, not tested, theirs, changed meanwhile",
    ]);
    view.act.resolve(mine.id, "theirs");
    expect([did, view.lines.value.length, focused]).toEqual([["theirs"], 1, ["picture"]]);
  });
});

test("looking closer enlarges the picture to the finding, and shows all of it again", () => {
  const finding = aFinding({ region });
  const { view } = aView([finding]);
  view.annotating.selected.value = finding.id;
  view.act.look();
  expect(view.ui.camera.value.zoom).toBeCloseTo((0.6 * 224) / 30);
  view.act.look();
  expect(view.ui.camera.value).toBe(WHOLE);
});

test("hiding all hides each, and shows all where none is seen", () => {
  const { view } = aView([aFinding(), aFinding()]);
  view.act.hideAll();
  expect(view.annotating.hidden.value.size).toBe(2);
  view.act.hideAll();
  expect(view.annotating.hidden.value.size).toBe(0);
});

test("a tool turns annotating on; proposing puts it away", () => {
  const { view, chosen } = aView();
  view.act.use("box");
  expect([view.annotating.on.value, chosen.value]).toEqual([true, "box"]);
  view.act.propose();
  expect([view.proposals.on.value, chosen.value]).toEqual([true, null]);
});

test("a finding is listed with what was measured, and sorts by it", () => {
  const [small, large] = [aFinding({ label: "a" }), aFinding({ label: "b" })];
  const { view, effects } = aView([large, small]);
  effects.set(small.id, { ...EFFECT, without: 0.9 });
  effects.set(large.id, EFFECT);
  view.sort.value = "effect";
  expect(view.lines.value.map(({ name }) => name)).toEqual([
    "b, no verdict, 0.95 → 0.41",
    "a, no verdict, 0.95 → 0.90",
  ]);
});

test("a proposal that one has marked already is selected in place of a second one", () => {
  const data = new Uint8Array(224 * 224);
  for (let y = 120; y < 140; y++) data.fill(255, y * 224 + 100, y * 224 + 130);
  const mask = { channels: 1, height: 224, width: 224, data };
  const accepted = (first: Parameters<typeof aFinding>[0]) => {
    const { view, all } = aView([aFinding({ region, ...first })]);
    (view.ui.scene as unknown as { value: object }).value = { mask };
    view.proposals.open();
    view.proposals.accept();
    const { selected, says } = view.annotating;
    return [all.value.map(({ id }) => id).indexOf(selected.value ?? ""), says.value];
  };
  expect(accepted({})).toEqual([0, "You marked this already. 0 left."]);
  const added = [1, "Added region, middle. C, S or U judges it. 0 left."];
  expect(accepted({ region: { ...region, width: 20 } })).toEqual(added);
  expect(accepted({ author: "Ana" })).toEqual(added); // each marks on their own
});

test("what was written, and what it does not hold, is said once and is no trouble", async () => {
  const { view } = aView();
  view.act.write("coco");
  await Promise.resolve();
  expect(view.written.value).toEqual(["Saved a.coco", "It has no holes."]);
  expect(newsOf(view)).toBe("Saved a.coco It has no holes.");
});

describe("what is undone", () => {
  test("is said, and selected", () => {
    const finding = aFinding({ label: "engine" });
    const { view, stepped } = aView([finding]);
    view.annotating.on.value = true;
    const says = (after: object, more: object = {}) => {
      const steps = [{ id: finding.id, before: {}, after, ...more }];
      stepped.value = { undone: true, steps, finding };
      return view.annotating.says.value;
    };
    expect(says({ deleted: true })).toBe("Undone: deleted engine.");
    expect(view.annotating.selected.value).toBe(finding.id);
    expect(says({ deleted: false }, { before: { deleted: true } })).toBe("Undone: added engine.");
    expect(says({ region })).toBe("Undone: reshaped engine.");
    expect(says({ label: "" })).toBe("Undone: labeled engine.");
    expect(says({ verdict: "core" })).toBe("Undone: judged engine.");
    expect(says({ reason: "" })).toBe("Undone: changed engine.");
    const step = { id: finding.id, before: {}, after: { deleted: true } };
    stepped.value = { undone: false, steps: [step, step], finding };
    expect(view.annotating.says.value).toBe("Redone: deleted 2 findings.");
  });
  test("is no news any more once Esc has left it", () => {
    const { view } = aView([aFinding({ label: "engine" })]);
    view.act.toggle();
    view.act.go(1);
    view.act.judge("unsure");
    expect(view.annotating.says.value).toBe("Unsure.");
    view.act.leave();
    expect(view.annotating.says.value).toBe("");
  });
});
