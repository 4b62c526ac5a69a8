/** What waits to be kept: when it is sent again, and what becomes of it meanwhile. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
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
const WELCOME = { type: "welcome", protocol: 2, run: 1 } as const;

/** Have the list asked for anew; the command that does so. */
function relist({ store, kernel, waiting }: ReturnType<typeof marking>) {
  store.connect();
  kernel.answers(WELCOME);
  return waiting().findLast(({ type }) => type === "findings");
}

describe("leaving the page", () => {
  const isAskedFirst = () => {
    const event = new Event("beforeunload", { cancelable: true });
    window.dispatchEvent(event);
    return event.defaultPrevented;
  };

  test("is asked about while it alone has what a person did", () => {
    const { findings, browser, pump, store } = marking();
    findings.add(BOX);
    expect(isAskedFirst()).toBe(false); // the browser keeps it
    browser.refuses = new DOMException("full", "QuotaExceededError");
    findings.add(OTHER);
    expect(isAskedFirst()).toBe(true);
    browser.refuses = null;
    pump();
    expect(isAskedFirst()).toBe(false);
    browser.refuses = new DOMException("full", "QuotaExceededError");
    findings.add(OTHER);
    store.close();
    expect(isAskedFirst()).toBe(false);
  });
});

describe("a list that is refused", () => {
  const refuse = (page: ReturnType<typeof marking>, final: boolean) => {
    const id = relist(page)?.id;
    page.push({ type: "failed", request: null, message: "the store is busy", final, id });
    return () => page.kernel.asked("findings").length;
  };

  test("is asked for again, until it comes", () => {
    const page = marking();
    const made = page.findings.add(BOX);
    page.pump();
    page.fake.change(made.id, { label: "theirs" });
    const asked = refuse(page, false);
    const before = asked();
    vi.advanceTimersByTime(999);
    expect(asked()).toBe(before);
    vi.advanceTimersByTime(1);
    expect(asked()).toBe(before + 1);
    page.pump();
    expect(page.findings.get(made.id)).toMatchObject({ label: "theirs" });
    vi.advanceTimersByTime(100_000);
    expect(asked()).toBe(before + 1);
  });

  test("for good is not", () => {
    const asked = refuse(marking(), true);
    const before = asked();
    vi.advanceTimersByTime(100_000);
    expect(asked()).toBe(before);
  });
});

test("one has ever more patience, and little again once something was kept", () => {
  const { findings, fake, pump, kernel } = marking();
  const sends = () => kernel.asked("put").length;
  const refused = { message: "the store is busy" };
  fake.refusals = [refused, refused];
  findings.add(BOX);
  pump();
  vi.advanceTimersByTime(1000);
  pump();
  vi.advanceTimersByTime(1999);
  expect(sends()).toBe(2);
  vi.advanceTimersByTime(1);
  pump();
  fake.refusals = [refused];
  findings.add(OTHER);
  pump();
  expect(sends()).toBe(4);
  vi.advanceTimersByTime(1000);
  expect(sends()).toBe(5);
});

test("one's own review that waits stays, whatever the list says; what another said comes", () => {
  const page = marking();
  const { findings, fake, pump, push } = page;
  const [one, other] = [BOX, OTHER].map((region) => findings.add(region, { author: "another" }).id);
  pump();
  const said = { author: "me", kind: "", reason: "", created: "2026-01-01T00:00:00.000Z" };
  fake.reviews.push({ ...said, id: "r1", finding: one as string, verdict: "core" });
  fake.reviews.push({ ...said, id: "r2", finding: other as string, verdict: "unsure" });
  findings.review(one as string, { verdict: "spurious", kind: "", reason: "" });
  const list = relist(page);
  push({ ...(list && fake.answer(list)), id: list?.id });
  const verdicts = findings.reviews.value.map(({ finding, verdict }) => [finding, verdict]);
  expect(verdicts).toEqual([
    [other, "unsure"],
    [one, "spurious"],
  ]);
});

test("a kernel that is ready is not asked to get so", () => {
  const { findings, waiting, kernel, pump } = marking({ traits: { _findings: {} } });
  kernel.says({ _findings: SETUP });
  pump();
  findings.want();
  expect(waiting()).toEqual([]);
});

describe("what waits in two tabs, neither of which can tell of the other", () => {
  /** It was made in one tab; the other has a kernel. */
  function both(message = "") {
    const place = { browser: new Browser(), fake: new FakeFindings() };
    const { id } = marking({ ...place, answered: false }).findings.add(BOX, { label: "one" });
    if (message) place.fake.refusals = [{ message }];
    const b = marking({ ...place, answered: false });
    b.kernel.answers(WELCOME);
    const [kept] = [...place.browser.kept];
    const dropped = () => {
      const [key, oldValue] = kept ?? [];
      place.browser.kept.delete(key as string);
      window.dispatchEvent(Object.assign(new Event("storage"), { key, oldValue, newValue: null }));
    };
    return { ...place, b, id, dropped };
  }

  test("stays on the screen of the one that has it on its way, whoever had it done first", () => {
    const { b, id, dropped, fake } = both();
    b.pump(1); // the list
    const put = b.waiting().find(({ type }) => type === "put");
    expect(fake.answer(put as never)).not.toBeNull(); // done, and not yet confirmed
    dropped();
    expect(b.findings.get(id)).toMatchObject({ label: "one" });
    b.pump();
    expect(b.findings.stateOf(id)).toBe("saved");
    expect(fake.versions.get(id)).toHaveLength(1);
  });

  test("is listed anew once the other had it done", () => {
    const { b, id, dropped, fake } = both("the store is busy");
    b.pump();
    fake.versions.set(id, [{ ...b.findings.get(id), version: 1, label: "one" } as never]);
    dropped();
    vi.advanceTimersByTime(0);
    b.pump();
    expect(b.findings.get(id)).toMatchObject({ label: "one", version: 1 });
    expect(b.findings.stateOf(id)).toBe("saved");
  });
});

describe("of a tab the kernel of which is there no more", () => {
  class Connection {
    status = "idle";
    connectionStatus = "connected";
    isDisposed = false;
  }
  const ends: Record<string, (manager: { kernel: Connection }) => void> = {
    gone: ({ kernel }) => Object.assign(kernel, { isDisposed: true }),
    replaced: (manager) => Object.assign(manager, { kernel: new Connection() }),
    stranger: () => {},
  };

  test.each(Object.keys(ends))("the acts are done by another: it is %s", async (state) => {
    const place = { browser: new Browser(), fake: new FakeFindings(), locks: new Locks() };
    const manager = { kernel: new Connection() };
    const a = marking({ ...place, answered: state !== "stranger", manager });
    a.findings.add(BOX, { label: "one" });
    const b = marking(place);
    await tick();
    expect(b.waiting()).toEqual([]);
    ends[state]?.(manager);
    await tick(4000);
    expect(a.store.link.value).toBe(state);
    b.pump();
    expect(place.fake.list()).toMatchObject([{ label: "one" }]);
  });

  test("each act is taken over once, however often the browser tells of such", async () => {
    const place = { browser: new Browser(), fake: new FakeFindings(), locks: new Locks() };
    const a = marking({ ...place, answered: false });
    a.store.connect();
    await tick(4000);
    expect(a.store.link.value).toBe("silent");
    const b = marking(place);
    await tick();
    for (const region of [BOX, OTHER]) {
      a.findings.add(region);
      const [key, newValue] = [...place.browser.kept].at(-1) ?? [];
      window.dispatchEvent(Object.assign(new Event("storage"), { key, newValue, oldValue: null }));
    }
    b.pump();
    expect(place.fake.list()).toMatchObject([{ region: BOX }, { region: OTHER }]);
    expect(b.kernel.asked("put")).toHaveLength(2);
  });
});
