import { computed, signal } from "@preact/signals";
import { beforeEach, expect, test } from "vitest";
import { picturesOf } from "../../src/beside/pictures";
import type { Values } from "../../src/beside/state/values";
import type { BesideView, Shown } from "../../src/beside/view";
import type { Frame } from "../../src/kernel/frame";
import type { Pane } from "../../src/picture/panes";
import { made } from "./made";

const frame = (data: number[]): Frame =>
  ({
    ...{ run: 1, target: 5, iteration: 9, channels: 3, height: 1, width: 4, score: 0.9, mean: 0.5 },
    ...{ seq: 0, last: false, data: Uint8Array.from([...data, ...data, ...data]) },
  }) as Frame;
const mask = frame([255, 200, 100, 0]);
const scene = { image: frame([1, 2, 3, 4]), reference: frame([0, 0, 0, 0]), dim: mask, mask };
const MAIN: Pane = {
  ...{ key: "main", title: "", view: "evidence", scene, takes: true, says: "Its own words." },
  head: { name: "", warns: undefined, figures: ["0.900 · 50%", "taken away"] },
};

const gradcam = made([0.1, 0.9, 0.5, 0]);
const gradients = made([-0.5, 0.25, 0, 0.5], { signed: true, scale: 0.5 });
const shownAs = (id: number, label: string, values: Values | null): Shown => ({
  ...{ key: `beside-${id}`, id, kind: "method", label, about: "", channels: 1, target: 5 },
  ...{
    signed: values?.signed ?? false,
    scale: values?.scale ?? 1,
    note: "",
    values,
    clipped: 0,
    unit: "",
  },
  ...{ state: values ? "done" : "running", progress: 0.4, error: "" },
});

function looking() {
  const share = signal<number | null>(null);
  const own = signal<Values | null>(made([0, 0, 1, 0.5]));
  const shown = signal<Shown[]>([
    shownAs(1, "Grad-CAM", gradcam),
    shownAs(2, "Input gradient", gradients),
    shownAs(3, "RISE", null),
  ]);
  const store = {
    drawn: signal(mask),
    target: signal(5),
    classes: signal([{ index: 5, name: "cat", score: 1 }]),
    testing: { edited: signal<Frame | null>(null) },
  };
  const [layout, threshold] = [signal("single"), signal(0)];
  const ui = {
    store,
    selected: signal("main"),
    chosen: signal<string | null>(null),
    layout,
    threshold,
  };
  const panes = computed(() => pictures.panes([MAIN]));
  const view = {
    ...{ ui: { ...ui, panes }, share, shown, own, differences: signal([]) },
    of: (key: string) => shown.value.find((each) => each.key === key),
    select: (key: string) => {
      ui.selected.value = key;
    },
    isBeside: () => layout.value === "single",
  } as unknown as BesideView;
  const pictures = picturesOf(view, undefined);
  return { ...ui, share, own, shown, pictures, panes };
}
let here: ReturnType<typeof looking>;
beforeEach(() => {
  here = looking();
});
const titles = () => here.panes.value.map(({ title }) => title);
const top = (key: string) => [
  ...(here.panes.value.find((each) => each.key === key)?.scene.mask?.data.subarray(0, 4) ?? []),
];

test("each stands beside the main picture under its name and its scale", () => {
  expect(titles()).toEqual([
    "Evidence: 0.900 · 50% taken away",
    "Grad-CAM: 0 to 1",
    "Input gradient: −0.500 to +0.500",
    "RISE: …",
  ]);
  expect(here.panes.value.map(({ view }) => view)).toEqual(["evidence", "heat", "heat", "image"]);
});

test("a picture is the same as long as its values are, so that a running mask draws it no second time", () => {
  const before = here.panes.value[1]?.scene;
  const again = here.pictures.panes([{ ...MAIN, scene: { ...scene, mask: frame([9, 9, 9, 9]) } }]);
  expect(again[1]?.scene).toBe(before);
});

test("another model's evidence is a mask as ours, in the view that is chosen and above the threshold", () => {
  const model = { ...shownAs(4, "Lite0", made([0, 0.2, 0.6, 1])), kind: "model" as const };
  here.shown.value = [model];
  const [, pane] = here.panes.value;
  expect([pane?.view, pane?.takes, ...top("beside-4")]).toEqual([
    "evidence",
    true,
    0,
    51,
    153,
    255,
  ]);
  const before = pane?.scene;
  expect(here.pictures.panes([MAIN])[1]?.scene).toBe(before);
  here.threshold.value = 100;
  expect(top("beside-4")).toEqual([0, 0, 153, 255]);
  expect(here.panes.value[1]?.tested?.()).toMatchObject({ target: 5, channels: 3 });
});

test("by area every picture shows as many pixels, those it ranks first, in the view that is chosen", () => {
  here.share.value = 0.5;
  expect(top("beside-1")).toEqual([0, 255, 255, 0]);
  expect(top("beside-2")).toEqual([0, 255, 0, 255]);
  const ours = here.pictures.shown(mask, mask);
  expect([...ours.data.subarray(0, 4)]).toEqual([0, 0, 255, 255]);
  expect([ours.target, ours.iteration]).toEqual([5, 9]);
  expect(here.panes.value.map(({ view, takes }) => `${view} ${takes}`)).toEqual([
    ...["evidence false", "evidence false", "evidence false", "image false"],
  ]);
  expect(titles()[1]).toBe("Grad-CAM: top 50% of the pixels");
});

test("until our own order is here, and in layouts of several masks, our mask stays as it is", () => {
  here.share.value = 0.5;
  here.layout.value = "classes";
  expect(here.pictures.shown(mask, mask)).toBe(mask);
  expect(titles()).toEqual([""]);
  here.layout.value = "single";
  here.own.value = null;
  expect(here.pictures.shown(mask, mask)).toBe(mask);
  expect(here.panes.value[0]).toMatchObject({
    title: "Evidence: whole",
    takes: true,
    says: "Its own words.",
  });
});

test("a test takes what is seen: the values, their positive part, or the top pixels", () => {
  const tested = (key: string) => here.panes.value.find((each) => each.key === key)?.tested?.();
  const pixels = (key: string) => [...(tested(key) as Frame).data.subarray(0, 4)];
  expect(pixels("beside-1")).toEqual([26, 229, 128, 0]);
  expect(pixels("beside-2")).toEqual([0, 128, 0, 255]);
  expect(tested("beside-2")).toMatchObject({ run: 1, target: 5, iteration: 9, channels: 3 });
  expect(tested("beside-1")).toBe(tested("beside-1")); // a stroke asks with every piece
  expect(tested("beside-3")).toBe("There is nothing of RISE to test yet.");
  here.share.value = 0.25;
  expect(pixels("beside-2")).toEqual([0, 0, 0, 255]);
});

test("a key goes round the pictures that can be tested", () => {
  const next = () => {
    const took = here.pictures.tools.select?.keys?.m?.({} as never);
    return [took, here.selected.value];
  };
  expect([next(), next(), next(), next()]).toEqual([
    ...[
      [true, "beside-1"],
      [true, "beside-2"],
      [true, "beside-3"],
      [true, "main"],
    ],
  ]);
  here.shown.value = [];
  expect(next()).toEqual([false, "main"]);
});

test("in words a picture is its method, class, scale and where most of it lies", () => {
  const words = here.panes.value.map((each) => each.words);
  expect(words[1]).toMatch(/^Grad-CAM for cat: values from 0 to 1; where it lies: /);
  expect(words[2]).toMatch(/^Input gradient for cat: signed values from −0.500 to \+0.500; /);
  expect(words[3]).toBe("RISE for cat: running");
  here.shown.value = [
    { ...shownAs(1, "SmoothGrad", gradcam), unit: "of the value that 1% exceed" },
  ];
  expect(here.panes.value[1]?.words).toContain("values from 0 to 1 (of the value that 1% exceed);");
  here.share.value = 0.1;
  expect(here.panes.value[1]?.words).toContain("the top 10% of the pixels that it ranks first");
});

test("a link leads to the same area and the same differences; what cannot be read is passed over", () => {
  const { place, goTo } = here.pictures;
  expect(place()).toEqual({ area: null, less: null });
  goTo(new URLSearchParams("area=0.25&less=5,7"));
  expect(place()).toEqual({ area: 0.25, less: "5" }); // there is no class 7 here
  for (const wrong of ["area=2&less=x", "area=0", "area=x&less=", ""]) {
    goTo(new URLSearchParams(wrong));
    expect(place()).toEqual({ area: null, less: null });
  }
});

test("a press chooses the picture that is tested, and its click does no more", () => {
  const { select } = here.pictures.tools;
  const press = (pane: string) => {
    expect(select?.down?.({ pane } as never)).toBe(false);
    return select?.click?.({ pane } as never);
  };
  expect([press("beside-1"), here.selected.value]).toEqual([true, "beside-1"]);
  expect(press("beside-1")).toBe(false); // a second one is any tool's
  here.chosen.value = "brush";
  press("main"); // draws on what was begun
  expect(here.selected.value).toBe("beside-1");
  here.chosen.value = null;
  press("main");
  expect(here.selected.value).toBe("main");
});
