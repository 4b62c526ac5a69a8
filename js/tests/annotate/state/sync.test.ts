import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { FakeFindings } from "../../../harness/fake_findings";
import { BOX, Browser, Locks, marking, OTHER, SETUP } from "./marking";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const sentPuts = ({ kernel }: ReturnType<typeof marking>) => kernel.asked("put");

describe("an act that was not confirmed", () => {
  test("survives a reload of the page and is sent again, the same", () => {
    const first = marking();
    const { id } = first.findings.add(BOX);
    first.findings.change(id, { verdict: "core", label: "cup" });
    first.store.close();
    const { browser, fake } = first;
    const second = marking({ browser, fake });
    expect(second.findings.get(id)).toMatchObject({ verdict: "core", label: "cup", region: BOX });
    expect(fake.versions.get(id)).toMatchObject([{ label: "" }, { label: "cup", verdict: "core" }]);
    expect(second.findings.stateOf(id)).toBe("saved");
    expect(browser.kept.size).toBe(0);
    expect(sentPuts(second)[0]).toEqual(sentPuts(first)[0]);
  });

  test("is done once where only its confirmation was lost", () => {
    const first = marking();
    const { id } = first.findings.add(BOX);
    const [command] = first.waiting();
    if (command) first.fake.answer(command); // it never arrives
    first.findings.change(id, { label: "cup" });
    const second = marking({ browser: first.browser, fake: first.fake });
    expect(first.fake.versions.get(id)?.map(({ label }) => label)).toEqual(["", "cup"]);
    expect(second.findings.clashes.value).toEqual([]);
    expect(second.findings.stateOf(id)).toBe("saved");
  });

  test("survives a restart of the kernel: another one, without memory, gets all that waits", () => {
    const { findings, browser, kernel } = marking();
    const made = [0, 1, 2].map((x) => findings.add({ type: "point", x, y: 1 }, { label: `${x}` }));
    kernel.widget_manager = { kernel: null };
    const fake = new FakeFindings();
    const after = marking({ browser, fake });
    expect(fake.list().map(({ id }) => id)).toEqual(made.map(({ id }) => id));
    expect(after.findings.all.value).toHaveLength(3);
    expect(browser.kept.size).toBe(0);
  });

  test("of another image or store is left alone", () => {
    const first = marking({ answered: false });
    first.findings.add(BOX);
    const other = marking({
      browser: first.browser,
      traits: { _findings: { ...SETUP, scope: "d1/s11" } },
    });
    expect(other.findings.all.value).toEqual([]);
    expect(first.browser.kept.size).toBe(1);
    expect(sentPuts(other)).toEqual([]);
  });

  test("waits for the kernel to be ready, and is shown meanwhile", () => {
    const first = marking({ answered: false });
    const { id } = first.findings.add(BOX, { label: "cup" });
    const second = marking({ browser: first.browser, traits: { _findings: {} } });
    expect(second.findings.all.value).toEqual([]);
    second.findings.add(OTHER);
    expect(second.kernel.asked("findings")).toEqual([]);
    second.kernel.says({ _findings: SETUP });
    second.pump();
    expect(second.findings.all.value).toHaveLength(2);
    expect(second.findings.get(id)).toMatchObject({ label: "cup", version: 1 });
    expect(second.fake.list()).toHaveLength(2);
  });

  test("is kept under no name that another image may have, too", () => {
    const { findings, browser } = marking({ traits: { _findings: { ...SETUP, scope: "" } } });
    findings.add(BOX);
    expect(browser.kept.size).toBe(0);
  });

  test("of another tab is neither overwritten nor lost", () => {
    const browser = new Browser();
    const [a, b] = [marking({ browser, answered: false }), marking({ browser, answered: false })];
    a.findings.add(BOX, { label: "a" });
    b.findings.add(OTHER, { label: "b" });
    a.findings.add(OTHER, { label: "c" });
    expect(browser.kept.size).toBe(3);
    const { fake } = marking({ browser });
    expect(
      fake
        .list()
        .map(({ label }) => label)
        .sort(),
    ).toEqual(["a", "b", "c"]);
    expect(browser.kept.size).toBe(0);
  });
});

describe("what one of two tabs did and no kernel has heard yet", () => {
  /** The first has a busy kernel; the second one that answers, and the same store. */
  async function tabs(locks: Locks | null) {
    const [browser, fake] = [new Browser(), new FakeFindings()];
    const a = marking({ browser, fake, locks, answered: false });
    const gone = a.findings.add(BOX, { label: "gone" });
    const stays = a.findings.add(OTHER, { label: "stays" });
    const b = marking({ browser, fake, locks, answered: false });
    await vi.advanceTimersByTimeAsync(0);
    const labels = () => fake.list().map(({ label }) => label);
    const answer = async () => {
      b.kernel.answers({ type: "welcome", protocol: 2, run: 1 });
      await vi.advanceTimersByTimeAsync(0);
      b.pump();
    };
    return { ...{ a, b, browser, fake, gone, stays, labels, answer } };
  }

  test("is its own until it is closed: what it took back never comes again", async () => {
    const { a, b, gone, stays, browser, labels, answer } = await tabs(new Locks());
    await answer();
    expect(b.findings.all.value).toEqual([]);
    a.findings.remove(gone.id);
    expect(labels()).toEqual([]);
    a.store.close();
    await vi.advanceTimersByTimeAsync(0);
    b.pump();
    expect(labels()).toEqual(["stays"]);
    expect(b.findings.all.value).toMatchObject([{ id: stays.id }]);
    expect(browser.kept.size).toBe(0);
  });

  test("is sent by the other where the first has no kernel any more", async () => {
    const { a, labels, answer, b } = await tabs(new Locks());
    await answer();
    a.store.connect();
    await vi.advanceTimersByTimeAsync(2000 + 2000);
    b.pump();
    expect(a.store.link.value).toBe("silent");
    expect(labels()).toEqual(["gone", "stays"]);
  });

  test("is shown by both where no page can tell of others, and taken back in both", async () => {
    const window = new EventTarget();
    vi.stubGlobal("window", window);
    const { a, b, gone, browser, labels, answer } = await tabs(null);
    const before = new Map(browser.kept);
    expect(b.findings.all.value).toMatchObject([{ label: "gone" }, { label: "stays" }]);
    a.findings.remove(gone.id);
    for (const [key, oldValue] of before) {
      const fields = { key, oldValue, newValue: null };
      if (!browser.kept.has(key)) window.dispatchEvent(Object.assign(new Event("storage"), fields));
    }
    vi.unstubAllGlobals();
    expect(b.findings.all.value).toMatchObject([{ label: "stays" }]);
    await answer();
    expect(labels()).toEqual(["stays"]);
  });
});

describe("a refusal", () => {
  test("keeps what was done in the page, with the reason, and it is tried again", () => {
    const { findings, fake, pump, waiting, browser } = marking();
    fake.refusals = [{ message: "too many acts wait" }, { message: "the disk is full" }];
    const { id } = findings.add(BOX);
    pump();
    expect(findings.stateOf(id)).toBe("page");
    expect(findings.reason.value).toBe("too many acts wait");
    expect(waiting()).toEqual([]);
    vi.advanceTimersByTime(1000);
    pump();
    expect(findings.reason.value).toBe("the disk is full");
    expect(browser.kept.size).toBe(1);
    vi.advanceTimersByTime(2000);
    pump();
    expect(findings.stateOf(id)).toBe("saved");
    expect(findings.reason.value).toBe("");
    expect(fake.versions.get(id)).toHaveLength(1);
  });

  test("for good is not tried again, until something else is done to it", () => {
    const { findings, fake, pump, waiting } = marking();
    fake.refusals = [{ message: "the label is too long", final: true }];
    const { id } = findings.add(BOX);
    pump();
    vi.advanceTimersByTime(100_000);
    expect(waiting().filter(({ type }) => type === "put")).toEqual([]);
    expect([findings.stateOf(id), findings.reason.value]).toEqual([
      "page",
      "the label is too long",
    ]);
    findings.change(id, { label: "short" });
    pump();
    expect(findings.stateOf(id)).toBe("saved");
    expect(fake.newest(id)).toMatchObject({ label: "short" });
  });

  test("for good of what was followed by more holds nothing up", () => {
    const { findings, fake, pump, browser, push } = marking();
    const { id } = findings.add(BOX);
    pump();
    const [label, reason] = ["x".repeat(300), "why"];
    findings.change(id, { label }); // on its way
    findings.change(id, { label: "short", reason });
    fake.refusals = [{ message: "the label is too long", final: true }];
    pump();
    expect(fake.versions.get(id)).toMatchObject([{ label: "" }, { label: "short", reason }]);
    expect([findings.stateOf(id), findings.reason.value]).toEqual(["saved", ""]);
    expect(browser.kept.size).toBe(0);
    push({ type: "finding", finding: fake.change(id, { label: "theirs" }) });
    expect(findings.get(id)).toMatchObject({ label: "theirs", version: 3 });
  });

  test("for good is not sent again with what is done later", () => {
    const { findings, fake, pump, kernel } = marking();
    fake.refusals = [{ message: "the label is too long", final: true }];
    const { id } = findings.add(BOX, { label: "x" });
    pump();
    findings.change(id, { label: "y" });
    pump();
    expect(kernel.asked("put")).toMatchObject([{ base: 0 }, { base: 0 }]);
    expect(fake.versions.get(id)).toMatchObject([{ label: "y" }]);
  });

  test("for good of a judgment does not hold up what is said of the region", () => {
    const page = marking();
    const { findings, fake, pump } = page;
    const { id } = findings.add(BOX, { author: "another" });
    pump();
    fake.refusals = [{ message: "no such verdict", final: true }];
    findings.review(id, { verdict: "core", kind: "", reason: "" });
    findings.change(id, { label: "cup" });
    pump();
    expect(fake.newest(id)).toMatchObject({ label: "cup" });
    expect([findings.stateOf(id), findings.reason.value]).toEqual(["page", "no such verdict"]);
    findings.review(id, { verdict: "spurious", kind: "", reason: "" });
    pump();
    expect(fake.reviews).toMatchObject([{ verdict: "spurious" }]);
    expect(findings.stateOf(id)).toBe("saved");
  });

  test("is not told in a notice: the state of the finding says it", () => {
    const { findings, fake, pump, store } = marking();
    fake.refusals = [{ message: "no" }];
    findings.add(BOX);
    pump();
    expect(store.notices.value).toEqual([]);
  });
});

test("a store that forgets with the kernel is said to, with the reason", () => {
  const { findings, fake, pump } = marking();
  fake.durable = false;
  fake.reason = "the folder is read only";
  const { id } = findings.add(BOX);
  pump();
  expect(findings.stateOf(id)).toBe("kernel");
  expect(findings.reason.value).toBe("the folder is read only");
});

describe("while the kernel is not reached", () => {
  test("what is done is kept in the page, and sent once it is back", () => {
    const { findings, fake, pump, kernel, store, browser } = marking();
    const { id } = findings.add(BOX);
    vi.advanceTimersByTime(4000 + 2000 + 2000); // nobody answers: it is asked both ways
    expect(store.link.value).toBe("silent");
    expect(findings.stateOf(id)).toBe("page");
    expect(findings.reason.value).toBe("the kernel does not answer");
    findings.change(id, { label: "cup" });
    expect(browser.kept.size).toBe(2);
    store.connect();
    const hello = kernel.sent.findLast(({ type }) => type === "hello")?.id ?? 0;
    kernel.answers({ type: "welcome", protocol: 2, run: 1, id: hello });
    pump();
    expect(fake.versions.get(id)?.map(({ label }) => label)).toEqual(["", "cup"]);
    expect(findings.stateOf(id)).toBe("saved");
  });
});

describe("what others do", () => {
  test("is shown as it comes: added, changed, deleted", () => {
    const { findings, fake, pump, push } = marking();
    const { id } = findings.add(BOX);
    pump();
    push({ type: "finding", finding: fake.change(id, { label: "theirs" }) });
    expect(findings.get(id)).toMatchObject({ label: "theirs", version: 2 });
    const other = {
      ...fake.change(id, {}),
      id: "11111111-1111-4111-8111-111111111111",
      version: 1,
    };
    push({ type: "finding", finding: other });
    expect(findings.all.value).toHaveLength(2);
    push({ type: "finding", finding: fake.change(id, { deleted: true }) });
    expect(findings.all.value.map((each) => each.id)).toEqual([other.id]);
  });

  test("and is older than what is known changes nothing", () => {
    const { findings, fake, pump, push } = marking();
    const { id } = findings.add(BOX);
    pump();
    const old = fake.newest(id);
    findings.change(id, { label: "cup" });
    push({ type: "finding", finding: old });
    expect(findings.get(id)).toMatchObject({ label: "cup" });
    pump();
    push({ type: "finding", finding: old });
    expect(findings.get(id)).toMatchObject({ label: "cup", version: 2 });
  });

  test("is not shown over what waits here", () => {
    const { findings, fake, pump, push } = marking();
    const { id } = findings.add(BOX);
    pump();
    findings.change(id, { label: "mine" });
    push({ type: "finding", finding: { ...fake.newest(id), version: 2, label: "theirs" } });
    expect(findings.get(id)).toMatchObject({ label: "mine" });
  });
});

describe("an empty list", () => {
  test("takes nothing away, whether it comes as a trait or as an answer", () => {
    const { findings, fake, pump, kernel, store } = marking();
    const { id } = findings.add(BOX);
    pump();
    kernel.says({ _findings: {} });
    expect(findings.get(id)).not.toBeNull();
    fake.versions.clear();
    kernel.says({ _findings: SETUP });
    store.connect();
    kernel.answers({ type: "welcome", protocol: 2, run: 1 });
    pump();
    expect(findings.get(id)).not.toBeNull();
  });

  /** The last finding is deleted elsewhere while nobody hears of it. */
  function emptied(setup: object) {
    const page = marking({ traits: { _findings: setup } });
    const { id } = page.findings.add(BOX);
    page.pump();
    page.fake.change(id, { deleted: true });
    page.store.connect();
    page.kernel.answers({ type: "welcome", protocol: 2, run: 1 });
    page.pump();
    return { ...page, id };
  }

  test("that a store gives twice is one: the last that others deleted is gone", () => {
    const { findings, id, pump, kernel } = emptied(SETUP);
    expect(findings.get(id)).not.toBeNull();
    vi.advanceTimersByTime(1000);
    pump();
    expect(findings.get(id)).toBeNull();
    vi.advanceTimersByTime(100_000);
    expect(kernel.asked("findings")).toHaveLength(3);
  });

  test("of a kernel that keeps nothing takes nothing away", () => {
    const { findings, id, pump } = emptied({ ...SETUP, store: "" });
    vi.advanceTimersByTime(100_000);
    pump();
    expect(findings.get(id)).not.toBeNull();
  });

  test("but one that others deleted meanwhile is gone, and can be had back by undoing", () => {
    const { findings, fake, pump, store, kernel } = marking();
    const { id } = findings.add(BOX, { label: "cup" });
    findings.add(OTHER);
    pump();
    findings.change(id, { label: "mug" });
    pump();
    fake.change(id, { deleted: true });
    store.connect();
    kernel.answers({ type: "welcome", protocol: 2, run: 1 });
    pump();
    expect(findings.get(id)).toBeNull();
    expect(findings.all.value).toHaveLength(1);
  });
});

describe("a clash", () => {
  /** A finding that was labeled here and elsewhere at the same time. */
  function clash(mine = { label: "mine" } as object, theirs = { label: "theirs" } as object) {
    const page = marking();
    const { id } = page.findings.add(BOX);
    page.pump();
    page.fake.change(id, theirs);
    page.findings.change(id, mine);
    page.pump();
    return { ...page, id };
  }

  test("overwrites nothing, and shows both", () => {
    const { findings, fake, id, browser } = clash();
    expect(fake.newest(id)).toMatchObject({ label: "theirs" });
    const both = [{ mine: { label: "mine" }, theirs: { label: "theirs" } }];
    expect(findings.clashes.value).toMatchObject(both);
    expect(findings.get(id)).toMatchObject({ label: "mine" });
    expect(findings.stateOf(id)).toBe("page");
    const later = marking({ browser, fake }); // a reload leaves it as it is
    expect(later.findings.clashes.value).toMatchObject(both);
  });

  test("can be left to theirs", () => {
    const { findings, fake, id, pump, browser } = clash();
    findings.resolve(id, "theirs");
    pump();
    expect(findings.all.value).toMatchObject([{ id, label: "theirs", version: 2 }]);
    expect(findings.clashes.value).toEqual([]);
    expect(fake.versions.get(id)).toHaveLength(2);
    expect(browser.kept.size).toBe(0);
    findings.change(id, { verdict: "core" });
    pump();
    expect(fake.newest(id)).toMatchObject({ label: "theirs", verdict: "core", version: 3 });
  });

  test("that was left to theirs is undone as one step, and done again", () => {
    const { findings, fake, id, pump, store } = clash({ label: "mine", verdict: "core" });
    findings.resolve(id, "theirs");
    store.undo.undo();
    pump();
    expect(fake.newest(id)).toMatchObject({ label: "mine", verdict: "core", version: 3 });
    expect(findings.clashes.value).toEqual([]);
    store.undo.redo();
    pump();
    expect(fake.newest(id)).toMatchObject({ label: "theirs", verdict: "", version: 4 });
    expect(store.notices.value).toEqual([]);
  });

  test("can end in two findings", () => {
    const { findings, fake, id, pump } = clash();
    findings.resolve(id, "mine as new");
    pump();
    expect(
      fake
        .list()
        .map(({ label }) => label)
        .sort(),
    ).toEqual(["mine", "theirs"]);
    expect(findings.get(id)).toMatchObject({ label: "theirs" });
    expect(findings.all.value).toHaveLength(2);
    expect(findings.clashes.value).toEqual([]);
  });

  test("about another's finding that is told in part ends in one of one's own", () => {
    const { findings, fake, pump, push } = marking();
    const { id } = findings.add(BOX);
    pump();
    const bare = { author: "another", withheld: true };
    push({ type: "finding", finding: fake.change(id, bare) });
    fake.change(id, { label: "theirs" });
    findings.change(id, { label: "mine" });
    pump();
    findings.resolve(id, "mine as new");
    pump();
    const [first, second] = fake.list();
    expect(first).toMatchObject({ ...bare, label: "theirs" });
    expect(second).toMatchObject({ author: "me", label: "mine" });
    expect(second?.withheld).toBeUndefined();
  });

  test("with a deletion there leaves mine to be kept as new", () => {
    const { findings, id, pump, fake } = clash({ label: "mine" }, { deleted: true });
    expect(findings.clashes.value).toMatchObject([{ theirs: { deleted: true } }]);
    findings.resolve(id, "mine as new");
    pump();
    expect(findings.get(id)).toBeNull();
    expect(fake.list()).toMatchObject([{ label: "mine" }]);
  });

  test("of a deletion here with a change there keeps the change, and says so", () => {
    const { findings, id, store } = clash({ deleted: true });
    expect(findings.get(id)).toMatchObject({ label: "theirs" });
    expect(findings.clashes.value).toEqual([]);
    expect(store.notices.value).toHaveLength(1);
  });

  test("in which both did the same is none", () => {
    const { findings, id } = clash({ label: "cup" }, { label: "cup" });
    expect(findings.clashes.value).toEqual([]);
    expect([findings.stateOf(id), findings.get(id)?.version]).toEqual(["saved", 2]);
  });
});

describe("a judgment of another's finding", () => {
  const other = (page: ReturnType<typeof marking>) => {
    const { id } = page.findings.add(BOX, { author: "another", verdict: "core" });
    page.pump();
    return id;
  };

  test("is seen at once, kept, and what others said comes with it", () => {
    const page = marking();
    const { findings, fake, pump } = page;
    const id = other(page);
    const said = { id: "r0", finding: id, author: "third", verdict: "core", kind: "", reason: "" };
    fake.reviews.push({ ...said, created: "2026-01-01T00:00:00.000Z" });
    findings.review(id, { verdict: "spurious", kind: "artifact", reason: "a stamp" });
    expect(findings.reviews.value).toMatchObject([
      { finding: id, author: "me", verdict: "spurious" },
    ]);
    expect(findings.stateOf(id)).toBe("saving");
    pump();
    expect(findings.reviews.value.map(({ author }) => author).sort()).toEqual(["me", "third"]);
    expect(findings.stateOf(id)).toBe("saved");
    expect(fake.versions.get(id)).toHaveLength(1);
  });

  test("brings what others said, too, where something else of the finding waits", () => {
    const page = marking();
    const id = other(page);
    const said = { id: "r0", finding: id, author: "third", verdict: "core", kind: "", reason: "" };
    page.fake.reviews.push({ ...said, created: "2026-01-01T00:00:00.000Z" });
    page.findings.review(id, { verdict: "spurious", kind: "", reason: "" });
    page.findings.change(id, { label: "cup" });
    page.pump(1);
    expect(page.findings.stateOf(id)).toBe("saving");
    expect(page.findings.reviews.value.map(({ author }) => author)).toEqual(["third", "me"]);
  });

  test("does not give way to the answer to one's earlier one", () => {
    const page = marking();
    const id = other(page);
    page.findings.review(id, { verdict: "spurious", kind: "", reason: "" });
    page.findings.review(id, { verdict: "core", kind: "", reason: "" });
    page.pump(1);
    expect(page.findings.reviews.value).toMatchObject([{ verdict: "core" }]);
  });

  test("is undone to the one before, and nothing else with it; the first one stays", () => {
    const page = marking();
    const id = other(page);
    const { findings, store, fake, pump } = page;
    const { id: mine } = findings.add(OTHER);
    const given = () => findings.reviews.value.map(({ verdict }) => verdict);
    findings.review(id, { verdict: "core", kind: "", reason: "" });
    pump();
    findings.review(id, { verdict: "spurious", kind: "text", reason: "" });
    pump();
    store.undo.undo();
    pump();
    expect(findings.stepped.value).toMatchObject({ undone: true, finding: { id } });
    expect([given(), fake.reviews.at(-1)?.verdict]).toEqual([["core"], "core"]);
    store.undo.redo();
    expect(findings.reviews.value).toMatchObject([{ verdict: "spurious", kind: "text" }]);
    store.undo.undo();
    store.undo.undo();
    expect(store.notices.value.at(-1)?.text).toContain("first verdict on another's finding stays");
    expect([given(), findings.get(mine)?.id]).toEqual([["core"], mine]);
    store.undo.undo();
    expect(findings.get(mine)).toBeNull();
  });

  test("survives a reload", () => {
    const page = marking();
    const id = other(page);
    page.findings.review(id, { verdict: "unsure", kind: "", reason: "" });
    const { fake, browser } = page;
    const { findings } = marking({ browser, fake });
    expect(fake.reviews).toMatchObject([{ finding: id, verdict: "unsure" }]);
    expect(findings.reviews.value).toHaveLength(1);
    expect(browser.kept.size).toBe(0);
  });
});

test("where a store counts otherwise, all that waits follows it", () => {
  const first = marking();
  const { id } = first.findings.add(BOX);
  first.findings.change(id, { label: "a" });
  first.findings.review(id, { verdict: "core", kind: "", reason: "" });
  first.findings.change(id, { label: "b" });
  const second = marking({ browser: first.browser, answered: false });
  const { kernel, findings, browser, waiting } = second;
  kernel.answers({ type: "welcome", protocol: 2, run: 1 });
  second.pump(1); // the list
  const put = waiting().find(({ type }) => type === "put");
  const finding = { ...first.findings.get(id), version: 5 };
  const kept = { type: "kept", finding, clash: null, durable: true, reason: "" };
  kernel.answers({ ...kept, id: put?.id } as never);
  const bases = [...browser.kept.values()].map((text) => JSON.parse(text).base);
  expect(bases.filter((base) => base !== undefined)).toEqual([5, 6]);
  expect(findings.get(id)).toMatchObject({ label: "b" });
});

test("at most eight acts are on their way at once, and all arrive", () => {
  const { findings, fake, pump, waiting } = marking();
  findings.together(() => {
    for (let x = 0; x < 40; x++) findings.add({ type: "point", x: x / 3, y: 1 });
  });
  expect(waiting()).toHaveLength(8);
  pump();
  expect(fake.list()).toHaveLength(40);
});

test("a closed store leaves no timer and no listener", () => {
  const { findings, fake, pump, store, kernel } = marking();
  fake.refusals = [{ message: "no" }];
  findings.add(BOX);
  pump();
  findings.add(OTHER);
  store.close();
  expect(vi.getTimerCount()).toBe(0);
  expect(kernel.listeners).toBe(0);
});
