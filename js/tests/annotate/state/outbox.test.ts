import { describe, expect, test } from "vitest";
import { type Act, createOutbox } from "../../../src/annotate/state/outbox";
import { Browser, Locks } from "./marking";

const act = (name: string, at = 1): Act => ({
  ...{ act: name, id: name, at, type: "review", verdict: "core", kind: "", reason: "" },
});

test("acts come back by their scope, in their order, until they are dropped", () => {
  const browser = new Browser();
  const outbox = createOutbox(() => browser);
  expect(outbox.open("a")).toEqual([]);
  outbox.keep(act("2", 2));
  outbox.keep(act("1", 1));
  createOutbox(() => browser).open("a");
  expect(createOutbox(() => browser).open("a")).toMatchObject([act("1", 1), act("2", 2)]);
  expect(createOutbox(() => browser).open("b")).toEqual([]);
  outbox.drop(act("1"));
  expect(createOutbox(() => browser).open("a")).toMatchObject([act("2", 2)]);
});

test("acts that were given before the scope was known are kept once it is", () => {
  const browser = new Browser();
  const outbox = createOutbox(() => browser);
  outbox.keep(act("1"));
  outbox.keep(act("2"));
  outbox.drop(act("2"));
  expect(browser.kept.size).toBe(0);
  expect(outbox.open("a")).toEqual([]);
  expect([...browser.kept.keys()]).toEqual(["xwidget finding a 1"]);
});

test("a browser that has no room says so, until the act is dropped", () => {
  const browser = new Browser();
  const outbox = createOutbox(() => browser);
  outbox.open("a");
  browser.refuses = new DOMException("full", "QuotaExceededError");
  outbox.keep(act("1"));
  expect(outbox.trouble.value).toContain("no more room");
  outbox.drop(act("1"));
  expect(outbox.trouble.value).toBe("");
});

test("what there was no room for is kept once another is dropped", () => {
  const browser = new Browser();
  const outbox = createOutbox(() => browser);
  outbox.open("a");
  outbox.keep(act("1"));
  browser.refuses = new DOMException("full", "QuotaExceededError");
  outbox.keep(act("2"));
  outbox.keep(act("3"));
  browser.refuses = null;
  outbox.drop(act("1"));
  expect(outbox.trouble.value).toBe("");
  expect(createOutbox(() => browser).open("a")).toMatchObject([act("2"), act("3")]);
});

test("a browser that forbids it throws nothing, and is told of", () => {
  const outbox = createOutbox(() => {
    throw new DOMException("denied", "SecurityError");
  });
  expect(outbox.open("a")).toEqual([]);
  outbox.keep(act("1"));
  expect(outbox.trouble.value).toContain("keeps nothing");
  outbox.drop(act("1"));
  expect(outbox.trouble.value).toBe("");
});

describe("what a page leaves", () => {
  const settled = () => new Promise((done) => setTimeout(done));

  function pages(count: number, browser = new Browser(), locks = new Locks()) {
    const taken: [page: number, acts: string[]][] = [];
    const all = Array.from({ length: count }, (_, k) => {
      const ended = new AbortController();
      const outbox = createOutbox(() => browser, ended.signal, locks);
      outbox.sends(true);
      const left = outbox.open("a");
      if (k === 0) for (const name of ["1", "2"]) outbox.keep(act(name, Number(name)));
      outbox.takeOver(left, (acts) => taken.push([k, acts.map((each) => each.act)]));
      return { outbox, close: () => ended.abort() };
    });
    return { taken, all };
  }

  test("is taken over once it is closed, by one other at a time", async () => {
    const { taken, all } = pages(3);
    await settled();
    expect(taken).toEqual([]);
    all[0]?.outbox.drop(act("1"));
    all[0]?.close();
    await settled();
    expect(taken).toEqual([[1, ["2"]]]);
    all[1]?.close();
    await settled();
    expect(taken.at(-1)).toEqual([2, ["2"]]);
  });

  test("is taken over, too, where it has nobody to send to", async () => {
    const { taken, all } = pages(2);
    all[0]?.outbox.sends(false);
    await settled();
    expect(taken).toEqual([[1, ["1", "2"]]]);
  });

  test("is nobody's after a page that was closed before its turn came", async () => {
    const { taken, all } = pages(2);
    for (const page of all.reverse()) page.close();
    await settled();
    expect(taken).toEqual([]);
  });

  test("is taken over at once where the browser refuses to tell", async () => {
    const refusing = { request: () => Promise.reject(new DOMException("no", "SecurityError")) };
    const { taken } = pages(2, new Browser(), refusing as never);
    await settled();
    expect(taken).toEqual([[1, ["1", "2"]]]);
  });
});

test("what others wrote under such a name is passed over", () => {
  const browser = new Browser();
  for (const [key, value] of [
    ["xwidget finding a 1", "{"],
    ["xwidget finding a 2", "null"],
    ["xwidget finding a 3", '{"act": "3", "id": "x", "at": 1, "type": "put"}'],
    ["xwidget finding ab 4", JSON.stringify(act("4"))],
    ["something else", "1"],
  ] as const) {
    browser.setItem(key, value);
  }
  expect(createOutbox(() => browser).open("a")).toEqual([]);
});
