/** What becomes of the acts of a tab whose kernel does not answer any more, while another tab is open. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeFindings } from "../../../harness/fake_findings";
import { BOX, Browser, Locks, marking, OTHER, SETUP } from "./marking";

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("window", new EventTarget());
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const tick = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

/** A browser in which tabs hear of what others keep and drop. */
class Telling extends Browser {
  #told = new Map<string, string>();

  tell(): void {
    const [before, now] = [this.#told, new Map(this.kept)];
    this.#told = now;
    for (const key of new Set([...now.keys(), ...before.keys()])) {
      const [oldValue, newValue] = [before.get(key) ?? null, now.get(key) ?? null];
      const event = Object.assign(new Event("storage"), { key, oldValue, newValue });
      if (oldValue !== newValue) window.dispatchEvent(event);
    }
  }
}

/** The kernel of tab A does not answer; tab B has another one, of the same store. */
async function gaveUp() {
  const place = { browser: new Telling(), fake: new FakeFindings(), locks: new Locks() };
  const a = marking({ ...place, answered: false });
  const one = a.findings.add(BOX, { label: "one" });
  a.store.connect();
  await tick(4000);
  expect(a.store.link.value).toBe("silent");
  const b = marking(place);
  await tick();
  const shown = () => a.findings.all.value.map(({ label }) => label);
  const stored = () => place.fake.list().map(({ label }) => label);
  return { a, b, one, place, shown, stored };
}

test("what is marked after the other tab took over comes to the cell that is run again", async () => {
  const { a, b, place, stored } = await gaveUp();
  b.pump();
  const { id } = a.findings.add(OTHER, { label: "two" });
  a.findings.change(id, { label: "two!" });
  a.store.close();
  await tick();
  const again = marking(place);
  await tick();
  again.pump();
  expect(stored()).toEqual(["one", "two!"]);
  expect(again.findings.get(id)).toMatchObject({ label: "two!" });
});

test("what the other tab has saved stays on the screen of the tab that made it, and can be changed", async () => {
  const { a, b, one, place, shown, stored } = await gaveUp();
  place.browser.tell();
  b.pump();
  place.browser.tell();
  expect(shown()).toEqual(["one"]);
  expect(a.findings.stateOf(one.id)).toBe("saved");
  a.findings.change(one.id, { label: "one!" });
  place.browser.tell();
  b.pump();
  place.browser.tell();
  expect([shown(), stored()]).toEqual([["one!"], ["one!"]]);
  a.findings.remove(one.id);
  place.browser.tell();
  b.pump();
  place.browser.tell();
  expect([shown(), stored()]).toEqual([[], []]);
  expect(b.findings.clashes.value).toEqual([]);
});

test("what is marked and changed later is sent by the other tab at once, in its order", async () => {
  const { a, b, one, place, stored } = await gaveUp();
  const { id } = a.findings.add(OTHER, { label: "two" });
  place.browser.tell();
  a.findings.change(id, { label: "two!" });
  a.findings.change(one.id, { label: "one!" });
  place.browser.tell();
  b.pump();
  expect(stored()).toEqual(["one!", "two!"]);
  expect(b.findings.clashes.value).toEqual([]);
  expect(place.browser.kept.size).toBe(0);
});

test("a tab whose kernel is back sends its own again, and leaves it to no other", async () => {
  const { a, b, place, stored } = await gaveUp();
  b.pump();
  place.browser.tell();
  a.kernel.answers({ type: "welcome", protocol: 2, run: 1 });
  await tick();
  a.findings.add(OTHER, { label: "two" });
  place.browser.tell();
  await tick();
  b.pump();
  expect(stored()).toEqual(["one"]);
  a.store.close(); // before anything of it was sent
  await tick();
  b.pump();
  expect(stored()).toEqual(["one", "two"]);
});

test("a tab that is closed in the middle of an act leaves it to one that is open already", async () => {
  const place = { browser: new Telling(), fake: new FakeFindings(), locks: new Locks() };
  const [a, b] = [marking(place), marking(place)];
  await tick();
  a.findings.add(BOX, { label: "one" });
  place.browser.tell();
  await tick();
  expect(b.waiting()).toEqual([]);
  a.store.close();
  await tick();
  b.pump();
  expect(place.fake.list()).toMatchObject([{ label: "one" }]);
});

test("what one tab of an exported page takes back is gone in the other that made it", () => {
  const browser = new Telling();
  const place = { browser, traits: { _portable: true, _findings: { ...SETUP, store: "" } } };
  const [a, b] = [marking(place), marking(place)];
  const { id } = a.findings.add(BOX);
  browser.tell();
  b.findings.remove(id);
  browser.tell();
  expect(a.findings.all.value).toEqual([]);
});
