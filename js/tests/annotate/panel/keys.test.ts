import { describe, expect, test } from "vitest";
import { pressIn } from "../../../src/annotate/panel/keys";
import { offWords } from "../../../src/annotate/panel/saved";
import { aFinding } from "./a_finding";
import { aView, press } from "./fakes";

const region = { type: "box", x: 100, y: 120, width: 30, height: 20 } as const;

function annotating(...given: Parameters<typeof aFinding>[0][]) {
  const all = given.map((each) => aFinding(each));
  const made = aView(all);
  made.view.annotating.on.value = true;
  const selected = made.view.annotating.selected;
  const keys = (...pressed: string[]) => pressed.map((key) => pressIn(made.view, press(key)));
  const told = () => made.view.annotating.says.value;
  return { ...made, ids: all.map(({ id }) => id), selected, keys, told };
}

describe("where annotating is off", () => {
  test.each(["c", "b", "p", "s", "u", "t", "n", "r", "g", "f", "h", "Delete", "Escape", "Ctrl+d"])(
    "%s keeps the meaning that the panel gives it",
    (key) => {
      const { view } = aView([aFinding()]);
      expect(pressIn(view, press(key))).toBe(false);
    },
  );
  test("A turns it on, and off again", () => {
    const { view } = aView();
    expect(pressIn(view, press("a"))).toBe(true);
    expect(view.annotating.on.value).toBe(true);
    expect(pressIn(view, press("A"))).toBe(true);
    expect(view.annotating.on.value).toBe(false);
  });
  test("the list says so after Esc led out of annotating, and how to go on", () => {
    const { view } = aView([aFinding()]);
    view.act.toggle();
    expect(offWords(view)).toBe("");
    view.act.leave();
    expect(offWords(view)).toBe("Annotating is off: A turns it on.");
  });
  test("a browser's and a notebook's own keys with A are left to them", () => {
    const { view } = aView();
    for (const key of ["Ctrl+a", "Meta+a", "Alt+a", "Shift+a"]) {
      expect(pressIn(view, press(key))).toBe(false);
    }
  });
});

describe("while annotating", () => {
  test.each([
    ["c", "core"],
    ["S", "spurious"],
    ["u", "unsure"],
  ])("%s judges the selected finding as %s", (key, verdict) => {
    const { keys, ids, all, selected } = annotating({}, { verdict: "core" });
    selected.value = ids[0] as string;
    expect(keys(key)).toEqual([true]);
    expect(all.value.map((each) => each.verdict)).toEqual([verdict, "core"]);
  });
  test("a verdict with nothing selected changes nothing, and says so", () => {
    const { keys, did, told } = annotating({});
    expect(keys("c")).toEqual([true]);
    expect([did, told()]).toEqual([[], "No finding is selected."]);
  });
  test("the letters of a label that has no finding do nothing, until Esc or a pause", () => {
    const { keys, all, told, view, chosen, selected } = annotating({ verdict: "core" });
    keys(..."tengines");
    expect(told()).toMatch(
      /^No finding is selected\. Letters do nothing for 2 seconds, or until Esc/,
    );
    expect([selected.value, chosen.value, all.value[0]?.verdict]).toEqual([null, null, "core"]);
    expect(keys("Escape")).toEqual([true]);
    expect(view.annotating.on.value).toBe(true);
    keys("b", "t");
    expect(pressIn(view, { ...press("p"), timeStamp: 1999 } as KeyboardEvent)).toBe(true);
    expect(chosen.value).toBe("box");
    pressIn(view, { ...press("p"), timeStamp: 4000 } as KeyboardEvent);
    expect(chosen.value).toBe("point");
  });
  test("T says what comes first while a line is open", () => {
    const { keys, told, view } = annotating();
    view.annotating.line.value = [[1, 1]];
    keys("t");
    expect(told()).toMatch(/^Finish what is being drawn first: Enter does/);
  });
  test.each([
    ["r", "region"],
    ["b", "box"],
    ["g", "polygon"],
    ["f", "lasso"],
    ["p", "point"],
  ])("%s chooses the tool %s, which only Esc puts away", (key, tool) => {
    const { keys, chosen, told, view } = annotating();
    keys(key);
    expect(chosen.value).toBe(tool);
    keys(key);
    expect(chosen.value).toBe(tool);
    expect(told()).toBe("It stays chosen: Esc leaves the selection, then the tool.");
    keys("Escape");
    expect([chosen.value, view.annotating.on.value]).toEqual([null, true]);
  });
  test("N and Shift+N go through the list and around its ends, and show each on the picture", () => {
    const { keys, ids, selected, shown, told } = annotating({ label: "a" }, { label: "b", region });
    keys("n"); // the newest first
    expect(selected.value).toBe(ids[1]);
    expect(shown).toEqual([
      { x: 129, y: 139 },
      { x: 100, y: 120 },
    ]);
    expect(told()).toBe("b, no verdict, 1 of 2");
    keys("n");
    expect(selected.value).toBe(ids[0]);
    keys("n");
    expect(selected.value).toBe(ids[1]);
    keys("Shift+N");
    expect(selected.value).toBe(ids[0]);
  });
  test("Del deletes and the next is selected; after the last the picture has the focus", () => {
    const { keys, ids, selected, all, told } = annotating({ label: "a" }, { label: "b" });
    selected.value = ids[1] as string;
    expect(keys("Delete")).toEqual([true]);
    expect([all.value.length, selected.value]).toEqual([1, ids[0]]);
    expect(told()).toBe("Deleted b. Ctrl+Z brings it back.");
    keys("Delete");
    expect([all.value.length, selected.value]).toEqual([0, null]);
  });
  test("Ctrl+D duplicates, and the copy is selected", () => {
    const { keys, ids, selected, all } = annotating({ label: "a", verdict: "core" });
    selected.value = ids[0] as string;
    keys("Ctrl+d");
    expect(all.value.at(-1)).toMatchObject({ label: "a", verdict: "core" });
    expect(selected.value).toBe(all.value.at(-1)?.id);
  });
  test("Esc closes what is open first, then the selection, the tool, annotating", () => {
    const { keys, ids, selected, view, chosen } = annotating({});
    chosen.value = "box";
    selected.value = ids[0] as string;
    view.sorting.value = true;
    view.proposals.open();
    keys("Escape");
    expect([view.proposals.on.value, view.sorting.value]).toEqual([false, true]);
    keys("Escape");
    expect([view.sorting.value, selected.value]).toEqual([false, ids[0]]);
    keys("Escape");
    expect([selected.value, view.annotating.on.value]).toEqual([null, true]);
    keys("Escape");
    expect([chosen.value, view.annotating.on.value]).toEqual([null, true]);
    keys("Escape");
    expect(view.annotating.on.value).toBe(false);
  });
  test("H hides the selected finding on the picture, and shows it", () => {
    const { keys, ids, selected, view } = annotating({});
    selected.value = ids[0] as string;
    keys("h");
    expect([...view.annotating.hidden.value]).toEqual(ids);
    keys("h");
    expect(view.annotating.hidden.value.size).toBe(0);
  });
  test.each([
    "1",
    "?",
    "x",
    "Ctrl+c",
    "Ctrl+Shift+D",
    "Meta+s",
    "Alt+n",
    "Shift+T",
    "ArrowLeft",
    "Enter",
  ])("%s is none of its keys", (key) => {
    expect(annotating({}).keys(key)).toEqual([false]);
  });
});
