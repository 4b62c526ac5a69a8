import { expect, test } from "vitest";
import { type Act, createOutbox } from "../../../src/annotate/state/outbox";
import { Browser } from "./marking";

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
  expect(createOutbox(() => browser).open("a")).toEqual([act("1", 1), act("2", 2)]);
  expect(createOutbox(() => browser).open("b")).toEqual([]);
  outbox.drop(act("1"));
  expect(createOutbox(() => browser).open("a")).toEqual([act("2", 2)]);
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
  expect(createOutbox(() => browser).open("a")).toEqual([act("2"), act("3")]);
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
