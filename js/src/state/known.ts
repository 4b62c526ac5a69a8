/** What one Inspector knows on the page, and what can be done with it: signals and actions. */
import type { ReadonlySignal } from "@preact/signals";
import type { LinkState } from "../kernel/link";
import type {
  Checked,
  Choices,
  ClassInfo,
  Progress,
  Sparsity,
  Status,
  Trace,
  Variant,
  Words,
} from "../kernel/model";
import type { Comparison, Frame, Sizes } from "../kernel/protocol";
import type { Said } from "../kernel/views";
import type { Album } from "./album";
import type { Probe } from "./probe";

export interface Notice {
  id: number;
  text: string;
}

export interface Settings {
  game: string;
  defense: string;
  sparsity: Sparsity;
}

export interface Store {
  link: ReadonlySignal<LinkState>;
  /** Why nothing can be asked of a kernel; empty where it can. */
  offline: ReadonlySignal<string>;
  image: ReadonlySignal<Frame | null>;
  reference: ReadonlySignal<Frame | null>;
  classes: ReadonlySignal<ClassInfo[]>;
  trace: ReadonlySignal<Trace>;
  /** What speaks for and against the main run's last masks, by class. */
  checks: ReadonlySignal<Checked>;
  progress: ReadonlySignal<Progress>;
  choices: ReadonlySignal<Choices>;
  /** What is said of a picture, as templates. */
  words: ReadonlySignal<Words>;
  netName: ReadonlySignal<string>;
  game: ReadonlySignal<string>;
  defense: ReadonlySignal<string>;
  sparsity: ReadonlySignal<Sparsity>;
  iterations: ReadonlySignal<number>;
  status: ReadonlySignal<Status>;
  error: ReadonlySignal<string>;
  /** The page was exported: there is no kernel. */
  portable: ReadonlySignal<boolean>;
  /** What the person asked to see ... */
  target: ReadonlySignal<number>;
  iteration: ReadonlySignal<number>;
  follow: ReadonlySignal<boolean>;
  /** ... and the best mask there is for it. */
  drawn: ReadonlySignal<Frame | null>;
  /** Iterations of the wanted class that can be drawn, ascending. */
  keyframes: ReadonlySignal<number[]>;
  /** A run was asked for whose first mask has not come: what is drawn is older. */
  starting: ReadonlySignal<boolean>;
  /** Why a class cannot be drawn: its mask is not here, and nobody can send it; else empty. */
  missing(target: number): string;
  /** All class names; null until asked for and answered. */
  names: ReadonlySignal<string[] | null>;
  adding: ReadonlySignal<number | null>;
  notices: ReadonlySignal<Notice[]>;
  /** Runs beside the main one, to compare it with. */
  variants: ReadonlySignal<Variant[]>;
  /** Game and defense of the run drawn, whatever is set for the next one. */
  ran: ReadonlySignal<{ game: string; defense: string }>;
  /** What is set is for the next run: the newest was made otherwise, or there was none. */
  changed: ReadonlySignal<boolean>;
  probe: Probe;
  /** The mask of a class of any run nearest to the iteration wanted, and those to have at hand. */
  maskOf: Album["maskOf"];
  watch: Album["watch"];
  compare(by: Comparison): void;
  /** How large a file of the Explanation would be now; null until asked for and answered. */
  sizes: ReadonlySignal<Sizes | null>;
  askSizes(): void;
  save(frames: keyof Sizes): void;
  exportPage(): void;
  say(text: string): void;
  run(settings?: Partial<Settings>): void;
  runMore(): void;
  stop(): void;
  setIterations(count: number): void;
  choose(target: number): void;
  scrub(iteration: number): void;
  latest(): void;
  add(target: number): void;
  askNames(): void;
  dismiss(id: number): void;
  /** Tell the kernel how many views there are. */
  shows(said: Said): void;
  connect(): void;
  close(): void;
}
