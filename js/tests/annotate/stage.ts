/** A picture of 60×40 pixels, 4 CSS px each, on which tools draw: no page, no kernel. */
import { computed, signal } from "@preact/signals";
import { createHandles } from "../../src/annotate/handles";
import { gridOf, type Region } from "../../src/annotate/region";
import { createBox } from "../../src/annotate/tools/box";
import { createEvidence } from "../../src/annotate/tools/evidence";
import { createLasso } from "../../src/annotate/tools/lasso";
import { createPaint } from "../../src/annotate/tools/paint";
import { createPen } from "../../src/annotate/tools/pen";
import { createPoint } from "../../src/annotate/tools/point";
import { createPolygon } from "../../src/annotate/tools/polygon";
import { createSelect } from "../../src/annotate/tools/select";
import { createAnnotating, type Marked } from "../../src/annotate/view";
import type { Picture } from "../../src/picture/picture";
import type { At, PointerAt, Tool } from "../../src/picture/tools/tool";
import { frameOf } from "../frames";

export const SIZE = [40, 60] as const;
const [HEIGHT, WIDTH] = SIZE;

/** Two spots of evidence: 3×2 pixels at (10, 5), and a pixel at (30, 30). */
function evidence(): number[] {
  const values = Array<number>(HEIGHT * WIDTH).fill(0);
  for (const [x, y] of [[10, 5], [11, 5], [12, 5], [10, 6], [11, 6], [12, 6], [30, 30]] as const) values[y * WIDTH + x] = 200; // biome-ignore format: one line
  return values;
}

export function stage() {
  const scale = signal(4);
  const mask = frameOf([evidence()], { height: HEIGHT, width: WIDTH });
  const scene = { image: { width: WIDTH, height: HEIGHT }, mask };
  const cursor = signal<{ x: number; y: number; by: string; pane: string } | null>(null);
  const chosen = signal<string | null>(null);
  const ended = new AbortController();
  const chose: number[] = [];
  const ui = {
    ...{ cursor, chosen, ended: ended.signal, channel: signal(null), threshold: signal(0) },
    scene: signal(scene),
    panes: signal([
      { key: "main", scene },
      { key: "7", scene },
    ]),
    isEditable: (pane: string) => pane === "main",
    layout: signal("single"),
    store: { choose: (target: number) => void chose.push(target) },
    placement: computed(() => ({ left: 0, top: 0, scale: scale.value })),
    point(x: number, y: number, by: string, pane: string) {
      cursor.value = { x, y, by, pane };
    },
    use(name: string | null) {
      tools[chosen.peek() ?? ""]?.end?.();
      chosen.value = name;
      tools[name ?? ""]?.begin?.();
    },
  } as unknown as Picture & { ended: AbortSignal };

  const all = signal<readonly Marked[]>([]);
  let count = 0;
  const marks = {
    all,
    add(region: Region) {
      const made = { id: `${++count}`, region, verdict: "", label: "" };
      all.value = [...all.value, made];
      return made;
    },
    change(id: string, patch: { region: Region }) {
      all.value = all.value.map((each) => (each.id === id ? { ...each, ...patch } : each));
    },
  };
  const annotating = createAnnotating(ui, marks);
  const pen = createPen(ui, annotating, marks);
  const handles = createHandles(pen);
  const tools: Record<string, Tool> = {
    region: createEvidence(pen),
    box: createBox(pen),
    polygon: createPolygon(pen),
    lasso: createLasso(pen),
    paint: createPaint(pen),
    point: createPoint(pen),
  };
  const select = createSelect(pen, handles, (name) => name in tools);

  const atHand = () => [select, tools[chosen.peek() ?? ""]].filter((tool) => tool !== undefined);
  const at = (x: number, y: number, more: object = {}): PointerAt => ({
    ...{ x, y, pixel: { x: Math.floor(x), y: Math.floor(y) }, pane: "main", by: { x: 0, y: 0 } },
    ...{ button: 0, pressing: 1, others: [], focused: true },
    inPane: { x: x * scale.value, y: y * scale.value },
    event: {
      shiftKey: false,
      altKey: false,
      pointerType: "mouse",
      ...more,
    } as unknown as MouseEvent,
  });
  let holder: Tool | undefined;
  /** As gestures.ts gives presses to tools. */
  const pointer = {
    down(x: number, y: number, more?: object) {
      holder = atHand().find((tool) => tool.down?.(at(x, y, more)));
      return holder;
    },
    move(x: number, y: number, more?: object) {
      const place = at(x, y, more);
      if (holder) holder.move?.(place);
      for (const tool of atHand()) tool.hover?.({ ...place, pressing: holder ? 1 : 0 });
    },
    up(x: number, y: number, more?: object) {
      holder?.up?.(at(x, y, more));
      holder = undefined;
    },
    cancel() {
      holder?.cancel?.();
      holder = undefined;
    },
    click(x: number, y: number, more?: object) {
      if (pointer.down(x, y, more)) pointer.up(x, y, more);
      else atHand().find((tool) => tool.click?.(at(x, y, more)));
    },
    drag(places: readonly (readonly [number, number])[], more?: object) {
      const [first, ...others] = places;
      if (!first) return;
      pointer.down(...first, more);
      for (const [x, y] of others) pointer.move(x, y, more);
      pointer.up(...(places.at(-1) as [number, number]), more);
    },
  };
  /** As pane.tsx gives keys to tools; arrows move the cursor. */
  function key(name: string): boolean {
    const now = cursor.peek() ?? { x: 30, y: 20 };
    const steps: Record<string, [number, number]> = {
      ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] },
    };
    const step = steps[name];
    if (step) {
      ui.point(now.x + step[0], now.y + step[1], "keys", "main");
      pen.drawing.peek()?.follow?.(cursor.peek() as never);
      return true;
    }
    const place: At = { ...at(now.x + 0.5, now.y + 0.5), event: { key: name } as KeyboardEvent };
    return [select, tools[chosen.peek() ?? ""]].some((tool) => {
      const act = tool?.keys?.[name];
      return act !== undefined && act(place) !== false;
    });
  }
  const keys = (...names: string[]) => names.map(key).at(-1);
  const go = (x: number, y: number) => {
    ui.point(x, y, "keys", "main");
    pen.drawing.peek()?.follow?.(cursor.peek() as never);
  };
  const regions = () => all.peek().map(({ region }) => region);
  const last = () => regions().at(-1) as Region;
  const pixels = (region = last()) => {
    const { data } = gridOf(region, SIZE);
    return [...data.keys()]
      .filter((i) => data[i])
      .map((i) => `${i % WIDTH},${Math.floor(i / WIDTH)}`);
  };
  return {
    chose,
    at,
    ...{ ui, annotating, marks, pen, handles, tools, select, pointer, keys, go },
    scale,
    regions,
    last,
    pixels,
  };
}
