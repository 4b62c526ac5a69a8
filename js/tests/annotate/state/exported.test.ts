/** Findings on an exported page, which has no kernel. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeFindings } from "../../../harness/fake_findings";
import { createOwnFiles } from "../../../src/portable/files";
import { BOX, Browser, marking, OTHER, SETUP } from "./marking";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const traits = { _portable: true, _findings: { ...SETUP, store: "", author: "" } };
const page = (browser = new Browser(), fake = new FakeFindings()) =>
  marking({ browser, fake, traits, files: createOwnFiles });

/** A page that was exported with a finding. */
function withOne() {
  const { findings, pump, fake } = marking();
  const { id } = findings.add(BOX, { label: "cup" });
  pump();
  return { id, fake };
}

test("what is done is kept by the browser, asked of nobody, and there again after a reload", () => {
  const { id, fake } = withOne();
  const first = page(new Browser(), fake);
  expect(first.findings.all.value).toMatchObject([{ id, label: "cup" }]);
  first.findings.change(id, { verdict: "spurious" });
  first.findings.change(id, { verdict: "core" });
  const { id: other } = first.findings.add(OTHER, { label: "new" });
  expect(first.findings.stateOf(other)).toBe("page");
  expect(first.findings.reason.value).toContain("download");
  expect(first.kernel.asked("put")).toEqual([]);
  expect(first.browser.kept.size).toBe(2);
  const { findings } = page(first.browser, fake);
  expect(findings.get(id)).toMatchObject({ label: "cup", verdict: "core" });
  expect(findings.get(other)).toMatchObject({ label: "new", region: OTHER });
});

test("a deletion is kept, too, and undone", () => {
  const { id, fake } = withOne();
  const { findings, store, browser } = page(new Browser(), fake);
  findings.remove(id);
  expect(page(browser, fake).findings.all.value).toEqual([]);
  store.undo.undo();
  expect(findings.get(id)).toMatchObject({ label: "cup" });
  expect(page(browser, fake).findings.get(id)).toMatchObject({ label: "cup" });
});

test("a page that is newer than what was done in an older copy is not overwritten by it", () => {
  const { id, fake } = withOne();
  const old = page(new Browser(), fake);
  old.findings.change(id, { label: "old" });
  vi.advanceTimersByTime(1000);
  fake.change(id, { label: "newer", changed: new Date().toISOString() });
  const { findings, browser } = page(old.browser, fake);
  expect(findings.get(id)).toMatchObject({ label: "newer" });
  expect(browser.kept.size).toBe(0);
});

test("of two tabs the last that changed a finding is right", () => {
  const { id, fake } = withOne();
  const browser = new Browser();
  const [a, b] = [page(browser, fake), page(browser, fake)];
  a.findings.change(id, { label: "a" });
  vi.advanceTimersByTime(10);
  b.findings.change(id, { label: "b" });
  b.findings.add(OTHER);
  a.findings.add(OTHER);
  const { findings } = page(browser, fake);
  expect(findings.get(id)).toMatchObject({ label: "b" });
  expect(findings.all.value).toHaveLength(3);
});

test("nothing was tested but what the file holds", () => {
  const { id, fake } = withOne();
  const effect = {
    ...{ target: 5, image: 0.9, without: 0.4, only: 0.2, share: 0.5, area: 0.1, draws: 8 },
    ...{ without_spread: 0, only_spread: 0 },
  };
  fake.versions.set(id, [{ ...fake.list()[0], effect } as never]);
  const { findings } = page(new Browser(), fake);
  expect(findings.effectOf(id)).toEqual(effect);
  findings.change(id, { label: "still" });
  expect(findings.effectOf(id)).toEqual(effect);
  findings.change(id, { region: OTHER });
  expect(findings.effectOf(id)).toBe("untested");
});

test("a file of findings is read and looked into, and nothing is taken of it", async () => {
  const { fake } = withOne();
  const { findings } = page();
  const record = { ...fake.list()[0], seen: { digest: "" } };
  const file = { format: "xwidget findings", version: 1, findings: [record] };
  const { rows } = await findings.readFile(new File([JSON.stringify(file)], "a.json"));
  expect(rows).toMatchObject([{ finding: { label: "cup" }, matched: "name and size" }]);
  expect(findings.all.value).toEqual([]);
  await expect(findings.readFile(new File(["{"], "b.json"))).rejects.toThrow("not JSON");
});

test("a file that is too large is not read", async () => {
  const { findings } = page();
  const large = new File([new Uint8Array(32e6 + 1)], "a.json");
  await expect(findings.readFile(large)).rejects.toThrow("at most 32 MB");
});

test("what the browser kept and cannot be shown is passed over, the rest is there", () => {
  const { id, fake } = withOne();
  const browser = new Browser();
  const first = page(browser, fake);
  const broken = first.findings.add(OTHER, { effect: { target: 5 } as never });
  first.findings.change(id, { label: "mug" });
  const { findings } = page(browser, fake);
  expect(findings.get(broken.id)).toBeNull();
  expect(findings.all.value).toMatchObject([{ id, label: "mug" }]);
});

test("what the browser kept of a picture of another size is not shown in this one", () => {
  const first = page();
  first.findings.add(BOX, { label: "other", frame: [17, 16] });
  first.findings.add(BOX, { label: "this" });
  const { findings } = page(first.browser, first.fake);
  expect(findings.all.value).toMatchObject([{ label: "this" }]);
});

test("what is withheld of a finding is withheld after a reload, too, where that was changed", () => {
  const { id, fake } = withOne();
  fake.change(id, { author: "Ada", withheld: true });
  const first = page(new Browser(), fake);
  first.findings.change(id, { label: "mug" });
  const { findings } = page(first.browser, fake);
  expect(findings.get(id)).toMatchObject({ label: "mug", withheld: true });
});
