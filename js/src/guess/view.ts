/** How a question is looked at in one view. */
import { effect, type Signal, signal } from "@preact/signals";
import type { Extension } from "../panel/extension";
import { goTo } from "../panel/place";
import type { Ui } from "../panel/ui";
import type { Guessing } from "./state/guessing";

export interface GuessView {
  ui: Ui;
  guessing: Guessing;
  /** Whether photo, guess and overlap stand beside the evidence, once it is revealed. */
  compares: Signal<boolean>;
  /** Have what this view adds asked after all else that is added: it has the last word on pictures. */
  stayLast(added: Extension<Ui>): void;
}

export function createGuessView(ui: Ui, guessing: Guessing): GuessView {
  const { root, ended } = ui;
  const place = guessing.store.wire.trait("_place", "");
  const stops = [
    effect(() => {
      const said = place.value;
      // Later, as where it leads to is a person's to change: none of it shall lead there again.
      if (said) queueMicrotask(() => ended.aborted || goTo(ui, said));
    }),
    effect(() => {
      const { asked, hides } = guessing;
      const now = asked.value;
      if (!now) delete root.dataset.guess;
      else root.dataset.guess = hides.value ? (now.committed ? "committed" : "asked") : "revealed";
    }),
    effect(() => {
      const now = guessing.asked.value;
      const brushes = now?.question.kind === "region" && !now.committed;
      // Not yet known to the view while it is made.
      queueMicrotask(() => {
        if (brushes) ui.use("guess");
        else if (ui.chosen.peek() === "guess") ui.use(null);
      });
    }),
    // While something is hidden, nothing is looked at in a way that was chosen for something else.
    effect(() => {
      if (!guessing.hides.value) return;
      ui.channel.value = null;
      ui.boost.value = 1;
      ui.threshold.value = 0;
      ui.helping.value = false;
      ui.loupe.value = false;
    }),
  ];
  ended.addEventListener("abort", () => {
    for (const stop of stops) stop();
  });
  return {
    ...{ ui, guessing, compares: signal(true) },
    stayLast(added) {
      stops.push(
        effect(() => {
          const all = ui.extensions.value;
          if (!all.includes(added) || all.at(-1) === added) return;
          ui.extensions.value = [...all.filter((each) => each !== added), added];
        }),
      );
    },
  };
}
