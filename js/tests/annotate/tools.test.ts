import { beforeEach, describe, expect, test } from "vitest";
import { countOf } from "../../src/annotate/grid";
import { distance, gridOf, hits, type Polygon } from "../../src/annotate/region";
import { SIZE, stage } from "./stage";

let on: ReturnType<typeof stage>;
beforeEach(() => {
  on = stage();
});
const idle = () => {
  const { draft, line, change } = on.annotating;
  return draft.value === null && line.value.length === 0 && change.value === null;
};

describe("a box", () => {
  beforeEach(() => on.ui.use("box"));

  test("goes from where the pointer was pressed to where it is lifted, and is selected", () => {
    on.pointer.drag([[20.25, 10.5], [15, 30], [5.125, 18]]); // biome-ignore format: places
    expect(on.last()).toEqual({ type: "box", x: 5.13, y: 10.5, width: 15.12, height: 7.5 });
    expect(on.annotating.selected.value).toBe("1");
    expect([on.annotating.on.value, idle()]).toEqual([true, true]);
  });

  test("ends at the picture's edge where the pointer goes beyond it", () => {
    on.pointer.drag([[50, 30], [99, -7]]); // biome-ignore format: places
    expect(on.last()).toEqual({ type: "box", x: 50, y: 0, width: 10, height: 30 });
  });

  test.each(["Escape", "a lost pointer"])(
    "is not made after %s, and the next one is whole",
    (how) => {
      on.pointer.down(5, 5);
      on.pointer.move(20, 20);
      expect(on.annotating.draft.value).toMatchObject({ type: "box", width: 15 });
      if (how === "Escape") on.keys("Escape");
      else on.pointer.cancel();
      on.pointer.up(20, 20);
      expect([on.regions(), idle()]).toEqual([[], true]);
      on.pointer.drag([[1, 1], [3, 4]]); // biome-ignore format: places
      expect(on.regions()).toEqual([{ type: "box", x: 1, y: 1, width: 2, height: 3 }]);
    },
  );

  test("with Shift is added to the selected finding, with Alt it is cut out of that", () => {
    on.pointer.drag([[0, 0], [4, 2]]); // biome-ignore format: places
    on.pointer.drag([[10, 0], [12, 1]], { shiftKey: true }); // biome-ignore format: places
    expect(on.pixels()).toHaveLength(8 + 2);
    on.pointer.drag([[1, 0], [3, 1]], { altKey: true }); // biome-ignore format: places
    expect(on.pixels()).toEqual(["0,0", "3,0", "10,0", "11,0", "0,1", "1,1", "2,1", "3,1"]);
    expect([on.regions().length, on.last().type]).toEqual([1, "mask"]);
  });

  test("that would take all of a finding away is refused in words", () => {
    on.pointer.drag([[1, 1], [4, 3]]); // biome-ignore format: places
    on.pointer.drag([[0, 0], [9, 9]], { altKey: true }); // biome-ignore format: places
    expect(on.last()).toMatchObject({ type: "box", width: 3 });
    expect(on.annotating.says.value).toContain("Delete removes the finding");
  });

  test("with Alt and nothing selected is refused in words; a chosen mode stands for the keys", () => {
    on.pointer.drag([[1, 1], [4, 3]], { altKey: true }); // biome-ignore format: places
    expect([on.regions(), on.annotating.says.value]).toEqual([
      [],
      expect.stringContaining("Select"),
    ]);
    on.pointer.drag([[0, 0], [4, 2]]); // biome-ignore format: places
    on.annotating.mode.value = "subtract";
    on.pointer.drag([[0, 0], [3, 2]]); // biome-ignore format: places
    expect(on.pixels()).toEqual(["3,0", "3,1"]);
  });

  test("by keys holds both pixels that Enter was pressed on, one where they are the same", () => {
    on.go(10, 10);
    on.keys("Enter", "ArrowLeft", "ArrowLeft", "ArrowDown");
    expect(on.annotating.says.value).toContain("One corner is set");
    expect(on.annotating.draft.value).toEqual({ type: "box", x: 8, y: 10, width: 3, height: 2 });
    on.keys("Enter", "Enter", "Enter");
    expect(on.regions()).toEqual([
      { type: "box", x: 8, y: 10, width: 3, height: 2 },
      { type: "box", x: 8, y: 11, width: 1, height: 1 },
    ]);
  });

  test("by keys is taken back by Backspace and given up by Escape, which completes nothing", () => {
    on.go(10, 10);
    on.keys("Enter", "ArrowLeft", "Backspace");
    expect(idle()).toBe(true);
    on.keys("Enter", "ArrowLeft", "Escape");
    expect([on.regions(), idle()]).toEqual([[], true]);
  });
});

describe("a polygon", () => {
  beforeEach(() => on.ui.use("polygon"));
  const corners = [[5, 5], [25, 5], [25, 25]] as const; // biome-ignore format: places
  const triangle = { type: "polygon", rings: [corners.map((each) => [...each])] };

  test("is closed by a click on its first corner, or a second one on its last", () => {
    for (const [x, y] of corners) on.pointer.click(x, y);
    on.pointer.click(5.5, 5.5);
    on.annotating.selected.value = null;
    for (const [x, y] of corners) on.pointer.click(x, y);
    on.pointer.click(25.2, 25.1);
    expect(on.regions()).toEqual([triangle, triangle]);
    expect(on.tools.polygon?.double?.({} as never)).toBe(true); // the whole image is not meant
  });

  test("shows the line to the pointer, and keeps its corners through a pinch", () => {
    on.pointer.click(5, 5);
    on.pointer.move(9, 9);
    expect(on.annotating.line.value).toEqual([[5, 5], [9, 9]]); // biome-ignore format: places
    on.pointer.down(9, 9);
    on.pointer.cancel();
    on.pointer.move(8, 8);
    expect(on.annotating.line.value).toEqual([[5, 5], [8, 8]]); // biome-ignore format: places
  });

  test("of too few corners is not closed, and says so", () => {
    on.pointer.click(5, 5);
    on.pointer.click(25, 5);
    on.pointer.click(25, 5);
    expect([on.regions(), on.annotating.says.value]).toEqual([
      [],
      expect.stringContaining("has 2"),
    ]);
    on.pointer.click(25, 25);
    on.pointer.click(5, 5);
    expect(on.regions()).toEqual([triangle]);
  });

  test("loses a corner by Backspace, all by Escape, and is none by another tool", () => {
    on.pointer.click(1, 1);
    on.pointer.click(5, 5);
    on.keys("Backspace");
    expect(on.annotating.line.value).toEqual([[1, 1]]);
    on.keys("Escape");
    expect(idle()).toBe(true);
    for (const [x, y] of corners) on.pointer.click(x, y);
    on.ui.use("box");
    expect([on.regions(), idle()]).toEqual([[], true]);
  });

  test("by keys has its corners in the middle of pixels, twice Enter closes, Backspace goes back", () => {
    for (const [x, y] of [
      [5, 5],
      [25, 5],
      [30, 9],
      [25, 25],
    ] as const) {
      // biome-ignore format: places
      on.go(x, y);
      on.keys("Enter");
      if (x !== 30) continue;
      on.keys("Backspace");
      expect(on.ui.cursor.value).toMatchObject({ x: 25, y: 5 });
      expect(on.annotating.says.value).toMatch(/^2 corners are set/);
    }
    on.keys("Enter");
    expect(on.last()).toEqual({ type: "polygon", rings: [[[5.5, 5.5], [25.5, 5.5], [25.5, 25.5]]] }); // biome-ignore format: places
  });
});

describe("a lasso", () => {
  beforeEach(() => on.ui.use("lasso"));
  const eight = Array.from({ length: 200 }, (_, k) => {
    const angle = (2 * Math.PI * k) / 200;
    return [30 + 20 * Math.cos(angle), 20 + 12 * Math.sin(2 * angle)] as const;
  });

  test("that crosses itself keeps both its halves, and no point is moved by half a pixel", () => {
    on.pointer.drag(eight);
    const region = on.last() as Polygon;
    expect([hits(region, 20, 20, 0), hits(region, 40, 20, 0)]).toEqual([true, true]);
    const [ring = []] = region.rings;
    expect(ring.length).toBeLessThan(60);
    for (const point of eight) {
      const off = ring.map((from, k) =>
        distance(point, from, ring[(k + 1) % ring.length] as never),
      );
      expect(Math.min(...off)).toBeLessThan(0.5);
    }
    const whole: Polygon = { type: "polygon", rings: [eight] };
    expect(Math.abs(countOf(gridOf(region, SIZE)) - countOf(gridOf(whole, SIZE)))).toBeLessThan(12);
  });

  test("is not copied with each of its moves, however long it is", () => {
    const { draft, line } = on.annotating;
    const seen = new Set<unknown>();
    on.pointer.down(30, 20);
    for (let k = 0; k < 6000; k++) {
      on.pointer.move(30 + 20 * Math.cos(k), 20 + 12 * Math.sin(k));
      const [ring] = (draft.value as Polygon | null)?.rings ?? [];
      if (ring) seen.add(ring).add(line.value);
    }
    expect(line.value).toHaveLength(6001);
    expect(seen.size).toBe(1);
    on.keys("Escape");
    expect([on.regions(), line.value]).toEqual([[], []]);
  });

  test("that was only a click selects what is there; a straight one says why it is none", () => {
    on.pointer.drag([[5, 5], [30, 5]]); // biome-ignore format: places
    expect([on.regions(), on.annotating.says.value]).toEqual([
      [],
      expect.stringContaining("around"),
    ]);
    on.pointer.drag(eight);
    on.annotating.selected.value = null;
    on.pointer.click(20, 20);
    expect(on.annotating.selected.value).toBe("1");
  });

  test("by keys follows the cursor from Enter to Enter, Backspace takes steps back", () => {
    on.go(5, 5);
    on.keys(
      "Enter",
      "ArrowRight",
      "ArrowRight",
      "ArrowDown",
      "ArrowDown",
      "ArrowDown",
      "Backspace",
    );
    on.keys("ArrowLeft", "ArrowLeft", "Enter");
    expect(on.last()).toEqual({ type: "polygon", rings: [[[5.5, 5.5], [7.5, 5.5], [7.5, 7.5], [5.5, 7.5]]] }); // biome-ignore format: places
  });
});

describe("the brush", () => {
  beforeEach(() => {
    on.ui.use("paint");
    on.annotating.radius.value = 0.5;
  });

  test("is at first as large as the picture asks for, and later as a person chose", () => {
    const other = stage();
    other.ui.use("paint");
    expect(other.annotating.radius.value).toBe(1);
    other.annotating.radius.value = 4;
    other.ui.use("box");
    other.ui.use("paint");
    expect(other.annotating.radius.value).toBe(4);
  });

  test("goes on with the selected finding where a stroke begins on it, and begins another beside it", () => {
    on.pointer.drag([[1.5, 1.5], [4.5, 1.5]]); // biome-ignore format: places
    on.pointer.drag([[4.5, 1.5], [4.5, 3.5]]); // biome-ignore format: places
    expect(on.pixels()).toEqual(["1,1", "2,1", "3,1", "4,1", "4,2", "4,3"]);
    on.pointer.drag([[20.5, 20.5], [21.5, 20.5]]); // biome-ignore format: places
    expect([on.regions().length, on.annotating.selected.value]).toEqual([2, "2"]);
  });

  test("adds with Shift wherever it begins, and takes away with Alt; never all of it", () => {
    on.pointer.drag([[1.5, 1.5], [3.5, 1.5]]); // biome-ignore format: places
    on.pointer.drag([[9.5, 9.5]], { shiftKey: true });
    on.pointer.drag([[2.5, 1.5]], { altKey: true });
    expect(on.pixels()).toEqual(["1,1", "3,1", "9,9"]);
    on.annotating.radius.value = 30;
    on.pointer.drag([[5, 5]], { altKey: true });
    expect(on.pixels()).toEqual(["1,1", "3,1", "9,9"]);
    expect(on.annotating.says.value).toContain("Delete");
  });

  test("makes a mask of a box that it adds to", () => {
    on.ui.use("box");
    on.pointer.drag([[0, 0], [2, 2]]); // biome-ignore format: places
    on.ui.use("paint");
    on.pointer.drag([[1.5, 1.5], [2.5, 1.5]]); // biome-ignore format: places
    expect(on.pixels()).toEqual(["0,0", "1,0", "0,1", "1,1", "2,1"]);
    expect(on.regions()).toHaveLength(1);
  });

  test("by keys is put down and lifted by Enter; what Escape ends is as before", () => {
    on.go(3, 3);
    on.keys("Enter", "ArrowRight", "Enter");
    expect(on.pixels()).toEqual(["3,3", "4,3"]);
    on.keys("Enter", "ArrowRight", "Escape");
    expect([on.pixels(), idle()]).toEqual([["3,3", "4,3"], true]);
  });
});

test("a point is put where it is clicked, by keys in the middle of the cursor's pixel", () => {
  on.ui.use("point");
  on.pointer.click(7.25, 8.75);
  on.go(3, 4);
  on.keys("Enter");
  expect(on.regions()).toEqual([
    { type: "point", x: 7.25, y: 8.75 },
    { type: "point", x: 3.5, y: 4.5 },
  ]);
});

describe("a region of the evidence", () => {
  beforeEach(() => on.ui.use("region"));

  test("is what hangs together around a click, shown before it is clicked", () => {
    on.pointer.move(11.2, 6.1);
    expect(on.pixels(on.annotating.draft.value as never)).toHaveLength(6);
    on.pointer.click(11.2, 6.1);
    expect(on.pixels()).toEqual(["10,5", "11,5", "12,5", "10,6", "11,6", "12,6"]);
    on.go(30, 30);
    on.keys("Enter");
    expect(on.pixels()).toEqual(["30,30"]);
  });

  test("of another class has that class drawn first; another run's is not taken for this one's", () => {
    const click = { ...on.at(11.2, 6.1), pane: "7" };
    on.tools.region?.click?.(click);
    expect([on.regions(), on.annotating.says.value]).toEqual([
      [],
      expect.stringContaining("other runs"),
    ]);
    on.ui.layout.value = "classes";
    on.tools.region?.click?.(click);
    expect([on.chose, on.pixels().length]).toEqual([[7], 6]);
  });

  test("is the nearest of a click close by; where there is none it says so", () => {
    on.pointer.click(13.8, 6.1);
    expect(on.pixels()).toHaveLength(6);
    on.pointer.click(40, 10);
    expect(on.regions()).toHaveLength(1);
    expect(on.annotating.says.value).toBe("There is no evidence in this place.");
    expect(on.annotating.selected.value).toBeNull(); // a verdict now is none of the first
    on.ui.threshold.value = 201;
    on.pointer.click(13.8, 6.1);
    expect(on.annotating.says.value).toBe(
      "The strongest evidence in this place is 0.784, below the threshold of 0.788: " +
        "set the threshold, under “Mask”, to 0.750.",
    );
  });
});
