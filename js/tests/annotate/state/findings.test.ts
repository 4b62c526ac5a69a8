import { effect } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Finding } from "../../../src/annotate/state/record";
import { BOX, marking, OTHER, SETUP } from "./marking";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a finding", () => {
  test("is there at once, with what is known of it, and is kept when the kernel says so", () => {
    const { findings, pump, fake, waiting } = marking();
    const made = findings.add(BOX);
    expect(findings.all.value).toEqual([made]);
    expect(made).toMatchObject({ frame: [16, 16], verdict: "", author: "me", deleted: false });
    expect(findings.stateOf(made.id)).toBe("saving");
    expect(waiting()).toMatchObject([{ type: "put", base: 0, target: 5, iteration: 0 }]);
    pump();
    expect(findings.stateOf(made.id)).toBe("saved");
    expect(findings.get(made.id)).toMatchObject({ version: 1, seen: { digest: "d1" } });
    expect(fake.newest(made.id)).toMatchObject({ region: BOX });
  });

  test("that is changed while it is on its way is sent once more, in its last state", () => {
    const { findings, pump, fake, waiting } = marking();
    const { id } = findings.add(BOX);
    findings.change(id, { verdict: "spurious" });
    findings.change(id, { label: "a" });
    findings.change(id, { label: "b" });
    expect(waiting()).toHaveLength(1);
    pump();
    expect(fake.versions.get(id)).toHaveLength(2);
    expect(fake.newest(id)).toMatchObject({ verdict: "spurious", label: "b", version: 2 });
    expect(findings.stateOf(id)).toBe("saved");
  });

  test("that is made and deleted before it was sent is never sent", () => {
    const { findings, waiting, kernel, browser } = marking({ traits: { _findings: {} } });
    const { id } = findings.add(BOX);
    findings.remove(id);
    expect(findings.all.value).toEqual([]);
    expect(waiting()).toEqual([]);
    kernel.says({ _findings: { ready: true, scope: "d1/s1" } });
    expect(browser.kept.size).toBe(0);
    expect(waiting().map(({ type }) => type)).toEqual(["findings"]);
  });

  test("that nothing is changed of makes no step and no act", () => {
    const { findings, pump, waiting, store } = marking();
    const { id } = findings.add(BOX);
    pump();
    store.undo.undo();
    store.undo.redo();
    pump();
    findings.change(id, { label: "", region: { ...BOX } });
    expect(waiting()).toEqual([]);
    expect(store.undo.canRedo.value).toBe(false);
    store.undo.undo();
    expect(findings.all.value).toEqual([]);
  });

  test("is duplicated beside itself with all that was said of it", () => {
    const { findings, pump } = marking();
    const { id } = findings.add(BOX, { verdict: "core", label: "cup", reason: "its rim" });
    const copy = findings.duplicate(id);
    pump();
    expect(copy).toMatchObject({ verdict: "core", label: "cup", reason: "its rim" });
    expect(copy?.id).not.toBe(id);
    expect(copy?.region).not.toEqual(BOX);
    expect(findings.all.value).toHaveLength(2);
    expect(findings.duplicate("none")).toBeNull();
  });
});

test("a copy of another's finding tells nothing of what they said of it, only what one said oneself", () => {
  const { findings, pump } = marking();
  const said = { verdict: "core", kind: "object", reason: "its rim", confidence: 0.9 };
  const { id } = findings.add(BOX, { ...said, label: "cup", author: "another" });
  pump();
  const nothing = { verdict: "", kind: "", reason: "", confidence: null, label: "cup" };
  expect(findings.duplicate(id)).toMatchObject({ ...nothing, author: "me" });
  findings.review(id, { verdict: "spurious", kind: "artifact", reason: "a stamp" });
  const own = { verdict: "spurious", kind: "artifact", reason: "a stamp", confidence: null };
  expect(findings.duplicate(id)).toMatchObject(own);
});

test("what is withheld of another's finding comes with one's own review, and is not wiped out", () => {
  const { findings, fake, pump, push } = marking();
  const { id } = findings.add(BOX);
  pump();
  const whole = { author: "another", verdict: "core", reason: "its rim" };
  const bare = fake.change(id, { author: "another", withheld: true });
  push({ type: "finding", finding: bare });
  expect(findings.effectOf(id)).toBe("withheld");
  findings.change(id, { region: OTHER });
  expect(findings.get(id)).toMatchObject({ withheld: true, region: OTHER });
  pump();
  fake.change(id, { ...whole, withheld: false });
  findings.review(id, { verdict: "spurious", kind: "", reason: "" });
  pump();
  expect(findings.get(id)).toMatchObject({ ...whole, withheld: false, region: OTHER });
  expect(findings.effectOf(id)).toBe("pending");
  // A push that was on its way takes nothing back.
  push({ type: "finding", finding: { ...bare, version: 4 } });
  expect(findings.get(id)).toMatchObject({ ...whole, withheld: false });
});

describe("undo", () => {
  test("leaves what others changed meanwhile, and says so", () => {
    const { findings, pump, push, store, fake } = marking();
    const { id } = findings.add(BOX);
    findings.change(id, { label: "mine", verdict: "core" });
    pump();
    push({ type: "finding", finding: fake.change(id, { label: "theirs" }) });
    store.undo.undo();
    pump();
    expect(fake.newest(id)).toMatchObject({ label: "theirs", verdict: "" });
    expect(store.notices.value).toHaveLength(1);
    store.undo.redo();
    expect(findings.get(id)).toMatchObject({ label: "theirs", verdict: "core" });
    expect(findings.clashes.value).toEqual([]);
  });

  test("knows a region again in whatever order its fields come back", () => {
    const { findings, pump, push, store, fake } = marking();
    const { id } = findings.add(BOX);
    findings.change(id, { region: OTHER });
    pump();
    const { type, x, y, width, height } = OTHER;
    push({ type: "finding", finding: fake.change(id, { region: { height, width, y, x, type } }) });
    store.undo.undo();
    expect(findings.get(id)).toMatchObject({ region: BOX });
    expect(store.notices.value).toEqual([]);
    expect(findings.stepped.value).toMatchObject({ undone: true, finding: { id, region: BOX } });
  });

  test("of a delete brings back label and verdict, and so it is kept", () => {
    const { findings, pump, store, fake } = marking();
    const { id } = findings.add(BOX);
    findings.change(id, { verdict: "spurious", kind: "artifact", label: "watermark" });
    pump();
    findings.remove(id);
    pump();
    expect(findings.all.value).toEqual([]);
    expect(fake.list()).toEqual([]);
    store.undo.undo();
    pump();
    const back = { verdict: "spurious", kind: "artifact", label: "watermark", region: BOX };
    expect(findings.get(id)).toMatchObject(back);
    expect(fake.list()).toMatchObject([back]);
  });

  test("and redo of a shape that was labeled restore shape and label", () => {
    const { findings, pump, store, fake } = marking();
    const { id } = findings.add(BOX);
    findings.change(id, { label: "cup" });
    findings.change(id, { region: OTHER });
    for (let k = 0; k < 3; k++) store.undo.undo();
    expect(findings.all.value).toEqual([]);
    for (let k = 0; k < 3; k++) store.undo.redo();
    pump();
    expect(findings.all.value).toMatchObject([{ id, label: "cup", region: OTHER }]);
    expect(fake.list()).toMatchObject([{ id, label: "cup", region: OTHER }]);
  });

  test("survives the kernel's answers, and takes back only what was done here", () => {
    const { findings, pump, push, store, fake } = marking();
    const { id } = findings.add(BOX);
    findings.change(id, { verdict: "core" });
    pump();
    push({ type: "finding", finding: fake.change(id, { label: "theirs" }) });
    expect(findings.get(id)).toMatchObject({ verdict: "core", label: "theirs", version: 3 });
    store.undo.undo();
    pump();
    expect(fake.newest(id)).toMatchObject({ verdict: "", label: "theirs", version: 4 });
    expect(findings.clashes.value).toEqual([]);
  });

  test("takes an import back as one step, and what was there before stays", () => {
    const { findings, pump, store, fake } = marking();
    findings.add(BOX);
    findings.together(() => {
      for (let x = 0; x < 30; x++) {
        findings.add({ type: "point", x: x / 2, y: 1 }, { label: `${x}` });
      }
    });
    expect(findings.all.value).toHaveLength(31);
    pump();
    expect(fake.list()).toHaveLength(31);
    store.undo.undo();
    pump();
    expect(findings.all.value).toHaveLength(1);
    expect(fake.list()).toHaveLength(1);
    store.undo.redo();
    pump();
    expect(fake.list().map(({ label }) => label)).toEqual(["", ...Array(30).keys()].map(String));
  });

  test("of what is nothing is no step", () => {
    const { findings, store } = marking();
    findings.together(() => {});
    expect(store.undo.canUndo.value).toBe(false);
  });
});

describe("what was measured", () => {
  const effect = {
    ...{ target: 5, image: 0.9, without: 0.4, only: 0.2, share: 0.5, area: 0.1, draws: 8 },
    ...{ without_spread: 0, only_spread: 0 },
  };

  test("comes when it is known, stays with a label, and is gone with another region", () => {
    const { findings, pump, push } = marking();
    const { id } = findings.add(BOX);
    pump();
    expect(findings.effectOf(id)).toBe("pending");
    push({ type: "effect", id, version: 1, effect, reason: "" });
    expect(findings.effectOf(id)).toEqual(effect);
    findings.change(id, { label: "cup" });
    pump();
    expect(findings.effectOf(id)).toEqual(effect);
    findings.change(id, { region: OTHER });
    expect(findings.effectOf(id)).toBe("pending");
    push({ type: "effect", id, version: 2, effect, reason: "" });
    expect(findings.effectOf(id)).toBe("pending");
    pump();
    push({ type: "effect", id, version: 3, effect: { ...effect, without: 0.8 }, reason: "" });
    expect(findings.effectOf(id)).toMatchObject({ without: 0.8 });
  });

  test("can be nothing, with the reason", () => {
    const { findings, pump, push } = marking();
    const { id } = findings.add(BOX);
    pump();
    push({ type: "effect", id, version: 1, effect: null, reason: "the net gives no score" });
    expect(findings.effectOf(id)).toBeNull();
    expect(findings.whyUntested(id)).toBe("the net gives no score");
  });
});

test("labels in use complete those that the kernel knows, each once", () => {
  const { findings } = marking();
  for (const label of ["cup", "watermark", "cup", ""]) findings.add(BOX, { label });
  expect(findings.labels.value).toEqual(["watermark", "cup"]);
});

test("a thousand findings are added as one step, and told once", () => {
  const { findings, store } = marking();
  const ring = Array.from({ length: 20 }, (_, k): [number, number] => [
    8 + 6 * Math.cos(k / 3.2),
    8 + 6 * Math.sin(k / 3.2),
  ]);
  let told = -1; // an effect runs once at first
  const stop = effect(() => {
    void findings.all.value;
    told++;
  });
  findings.together(() => {
    for (let k = 0; k < 1000; k++) findings.add({ type: "polygon", rings: [ring] });
  });
  expect(findings.all.value).toHaveLength(1000);
  expect(told).toBe(1);
  stop();
  store.undo.undo();
  expect(findings.all.value).toEqual([]);
});

test("what was deleted before this page comes back over the newest version, in one step", () => {
  const { findings, fake, pump } = marking();
  const made = findings.add(BOX, { label: "cup" });
  pump();
  const file = { ...(fake.newest(made.id) as Finding), changed: "2026-01-01T00:00:00Z" };
  fake.change(made.id, { deleted: true });
  const later = marking({ fake });
  later.pump();
  expect(later.findings.all.value).toEqual([]);
  const row = { finding: file, matched: "digest", reason: "", base: 2, here: "deleted" };
  expect(later.findings.hereOf(row)).toBe("deleted");
  later.findings.together(() => later.findings.load(file, 2));
  later.pump();
  expect(later.findings.clashes.value).toEqual([]);
  expect(fake.newest(made.id)).toMatchObject({ version: 3, deleted: false, label: "cup" });
  expect(later.findings.stateOf(made.id)).toBe("saved");
  expect(later.findings.hereOf(row)).toBe("later");
  later.store.undo.undo();
  later.pump();
  expect(fake.newest(made.id)).toMatchObject({ version: 4, deleted: true });
  later.store.undo.redo();
  later.pump();
  expect(fake.newest(made.id)).toMatchObject({ version: 5, deleted: false });
});

test("what a file has newer takes the place of what is here, and is undone to that", () => {
  const { findings, store, fake, pump } = marking();
  const made = findings.add(BOX, { label: "cup" });
  pump();
  const file = {
    ...(fake.newest(made.id) as Finding),
    label: "mug",
    changed: "2999-01-01T00:00:00Z",
  };
  const row = { finding: file, matched: "digest", reason: "", base: 1, here: "earlier" };
  expect(findings.hereOf(row)).toBe("earlier");
  findings.load(file, 1);
  pump();
  expect(fake.newest(made.id)).toMatchObject({ version: 2, label: "mug" });
  store.undo.undo();
  pump();
  expect(fake.newest(made.id)).toMatchObject({ version: 3, label: "cup", deleted: false });
});

test("a file that holds no judgment of a finding takes none away", () => {
  const { findings, pump } = marking();
  const made = findings.add(BOX, { label: "cup", verdict: "core", kind: "object" });
  pump();
  const bare = { ...made, label: "mug", verdict: "", kind: "", changed: "2999-01-01T00:00:00Z" };
  findings.load(bare as Finding, 1);
  expect(findings.get(made.id)).toMatchObject({ label: "mug", verdict: "core", kind: "object" });
});

test("a file is read once it is known what is here, after the list of that", async () => {
  const { findings, kernel, waiting, pump } = marking({ traits: { _findings: {} } });
  const read = findings.readFile(new File(["{}"], "a.json"));
  await vi.advanceTimersByTimeAsync(100);
  const asked = () => waiting().map(({ type }) => type);
  expect(asked()).toEqual(["findings"]); // whereupon the kernel gets ready
  kernel.says({ _findings: SETUP });
  await vi.waitFor(() => expect(waiting()).toHaveLength(3));
  expect(asked()).toEqual(["findings", "findings", "read_findings"]);
  pump();
  await expect(read).rejects.toThrow("reads no files");
});

test("the kernel gets ready where somebody wants to mark, and not before that", () => {
  const { findings, waiting } = marking({ traits: { _findings: {} } });
  expect(waiting()).toEqual([]);
  findings.want();
  findings.want();
  expect(waiting().map(({ type }) => type)).toEqual(["findings"]);
});
