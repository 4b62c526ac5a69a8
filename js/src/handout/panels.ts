/** The panels of a lesson's page: each is made when its step is shown, and gone with it. */
import type { Guess } from "../kernel/contract";
import type { Given, StepOf } from "../lessons/contract";
import type { Mounted, MountPanel } from "../portable/mount";
import type { HandoutModel } from "./model";

const globals = globalThis as unknown as { xwidgetPanel: MountPanel };

/** What the page holds of a panel, by its element's id. */
function dataOf(id: string): unknown {
  return JSON.parse(document.getElementById(id)?.textContent ?? "null");
}

export function createPanels(model: HandoutModel, host: HTMLElement): () => void {
  let shown: Mounted | null = null;
  /** Grows with each step that is shown. */
  let newest = 0;

  async function open(step: StepOf, at: number): Promise<void> {
    const turn = ++newest;
    const wanted = () => turn === newest;
    const begun = model.get("_reset");
    const kept = () => begun === model.get("_reset");
    shown?.close();
    shown = null;
    host.replaceChildren();
    model.set("_words", "");
    host.hidden = step.panel < 0;
    if (step.panel < 0) {
      model.set("_shown", at);
      return;
    }
    const data = dataOf(`xwidget-panel-${step.panel}`) as { traits: object };
    const own = (dataOf(`xwidget-step-${at}`) ?? {}) as { traits?: object };
    const asked = step.questions.find(({ panel }) => panel);
    const done = asked && model.get("answers").some(({ question }) => question === asked.id);
    const before = done ? { _guess: model.guess(asked.id) ?? {} } : {};
    const traits = { ...data.traits, ...own.traits, ...before };
    try {
      const mounted = await globals.xwidgetPanel(host, { ...data, traits }, step.place, wanted);
      if (!mounted) return;
      shown = mounted;
      const panel = mounted.model;
      panel.on("change:answers", () => {
        if (kept()) model.take((panel.get("answers") ?? []) as Given[]);
      });
      panel.on("change:_guess", () => {
        const guess = panel.get("_guess") as Guess;
        if (kept() && guess.committed && !guess.waits) model.keepGuess(guess);
      });
    } catch (error) {
      if (!wanted()) return;
      model.set("_words", error instanceof Error ? error.message : String(error));
    }
    model.set("_shown", at);
  }

  return () => {
    const at = model.get("step");
    const step = model.get("_steps")[at];
    if (step) void open(step, at);
  };
}
