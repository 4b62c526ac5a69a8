/** How the next run is made, and the words and choices that the kernel has for it. */
import type { ReadonlySignal } from "@preact/signals";
import { NO_WORDS } from "../catalog/says";
import type { Choices, Sparsity, Words } from "../kernel/contract";
import type { Wire } from "./wire";

export interface Settings {
  game: ReadonlySignal<string>;
  defense: ReadonlySignal<string>;
  sparsity: ReadonlySignal<Sparsity>;
  iterations: ReadonlySignal<number>;
  choices: ReadonlySignal<Choices>;
  /** What is said of a picture, as templates. */
  words: ReadonlySignal<Words>;
  netName: ReadonlySignal<string>;
  setIterations(count: number): void;
}

export function createSettings({ link, trait }: Wire): Settings {
  return {
    game: trait("game", ""),
    defense: trait("defense", ""),
    sparsity: trait("sparsity", "auto"),
    iterations: trait("iterations", 0),
    choices: trait("_choices", { game: [], defense: [] }),
    words: trait("_words", NO_WORDS),
    netName: trait("_net_name", ""),
    setIterations: (count) => link.write({ iterations: count }),
  };
}
