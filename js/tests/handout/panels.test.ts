import { beforeEach, expect, test, vi } from "vitest";
import { createKeeping } from "../../src/handout/keeping";
import { type Content, HandoutModel } from "../../src/handout/model";
import { createPanels } from "../../src/handout/panels";
import type { Asked, StepOf } from "../../src/lessons/contract";
import type { Mounted } from "../../src/portable/mount";

const asked = { id: "where", kind: "region", required: true, panel: true } as Asked;
const step = (panel: number, ...questions: Asked[]) => ({ panel, place: "", questions }) as StepOf;
const content = { _lesson_id: "a", _steps: [step(0, asked), step(1), step(-1)] } as Content;

/** A panel that somebody waits for. */
class Panel {
  readonly #listeners = new Map<string, () => void>();
  readonly #traits = new Map<string, unknown>();
  closed = 0;
  end: () => void = () => {};
  fail: (error: Error) => void = () => {};
  readonly mounted: Promise<Mounted | null>;

  constructor(
    readonly traits: { _guess?: unknown },
    wanted: () => boolean,
  ) {
    this.mounted = new Promise((resolve, reject) => {
      this.end = () =>
        resolve(wanted() ? { model: this as never, close: () => this.closed++ } : null);
      this.fail = reject;
    });
  }

  get = (name: string) => this.#traits.get(name);
  on = (event: string, act: () => void) => this.#listeners.set(event, act);

  tell(name: string, value: unknown): void {
    this.#traits.set(name, value);
    this.#listeners.get(`change:${name}`)?.();
  }

  guess(tries: number): void {
    this.tell("_guess", { question: asked, committed: true, waits: "", tries });
    this.tell("answers", [{ question: "where", kind: "region", value: tries, tries }]);
  }
}

let panels: Panel[];
let model: HandoutModel;
const ends = () => new Promise((resolve) => setTimeout(resolve));

async function go(to: number): Promise<void> {
  model.set("step", to);
  await ends();
}

beforeEach(() => {
  panels = [];
  vi.stubGlobal("xwidgetPanel", (_host: unknown, data: Panel, _: string, wanted = () => true) => {
    const panel = new Panel(data.traits, wanted);
    panels.push(panel);
    return panel.mounted;
  });
  vi.stubGlobal("document", { getElementById: () => ({ textContent: "{}" }) });
  const keeping = createKeeping("a", () => {
    throw new Error("SecurityError");
  });
  model = new HandoutModel(content, keeping);
  const open = createPanels(model, { replaceChildren() {} } as unknown as HTMLElement);
  model.on("change:step", open);
  open();
});

test("only the panel of the step that is shown stays, whichever is there last", async () => {
  await go(1);
  const [a, b] = panels;
  b?.end();
  await ends();
  a?.end();
  await ends();
  expect([a?.closed, b?.closed, model.get("_shown")]).toEqual([0, 0, 1]);
  expect(await a?.mounted).toBeNull();
  await go(0);
  expect(b?.closed).toBe(1);
});

test("who comes back before a panel is there gets one", async () => {
  await go(1);
  await go(0);
  for (const each of panels) each.end();
  await ends();
  expect(await Promise.all(panels.map(({ mounted }) => mounted))).toEqual([
    null,
    null,
    { model: panels[2], close: expect.any(Function) },
  ]);
  await go(2);
  expect(panels.map(({ closed }) => closed)).toEqual([0, 0, 1]);
});

test("why a panel is missing is said on its step alone", async () => {
  const [a] = panels;
  a?.fail(new Error("no memory"));
  await ends();
  expect([model.get("_words"), model.get("_shown")]).toEqual(["no memory", 0]);
  await go(2);
  expect([model.get("_words"), model.get("_shown")]).toEqual(["", 2]);
  await go(1);
  await go(2);
  panels[1]?.fail(new Error("too late"));
  await ends();
  expect([model.get("_words"), model.get("_shown")]).toEqual(["", 2]);
});

test("begun again on the first step, the panel asks anew, and the old one says nothing more", async () => {
  panels[0]?.end();
  await ends();
  panels[0]?.guess(1);
  panels[0]?.guess(2);
  expect(model.get("answers").map(({ value, tries }) => [value, tries])).toEqual([[1, 2]]);
  await go(2);
  await go(0);
  expect(panels[1]?.traits._guess).toMatchObject({ tries: 2 });
  panels[1]?.end();
  await ends();
  model.set("_reset", 1);
  expect(panels[1]?.closed).toBe(1);
  panels[1]?.guess(3);
  expect([model.get("answers"), model.guess("where"), model.get("_shown")]).toEqual([
    [],
    undefined,
    -1,
  ]);
  panels[2]?.end();
  await ends();
  expect(panels[2]?.traits._guess).toBeUndefined();
  panels[2]?.guess(1);
  expect(model.get("answers").map(({ tries }) => tries)).toEqual([1]);
});
