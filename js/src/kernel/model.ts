/** The part of an anywidget model that the page uses. */
export interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown, options?: { silent: boolean }): void;
  save_changes(): void;
  send(content: unknown): void;
  on(event: string, callback: (...args: never[]) => void): void;
  off(event: string, callback: (...args: never[]) => void): void;
  /** What the host gives a widget of itself, where it does. */
  readonly widget_manager?: unknown;
}

export type Status = "idle" | "running" | "done" | "stopped" | "error";

/** A class that is being explained; `score` is p(x), the score of the whole image. */
export interface ClassInfo {
  index: number;
  name: string;
  /** The name without synonyms, where that names no other class. */
  short?: string;
  score: number;
}

/** One class over the iterations: entry i belongs to iteration i; `frames` are those kept. */
export interface Track {
  scores: (number | null)[];
  means: (number | null)[];
  frames: number[];
  /** Weight λ of each iteration's step. */
  lambdas?: (number | null)[];
  /** Why it ended, where it did. */
  stopped?: string | null;
}

export type Trace = Record<string, Track>;

/** One test of an explanation; `passed` is null where it only informs. xwidget/checks.py has more. */
export interface Check {
  name: string;
  value: number | null;
  passed: boolean | null;
  words: string;
  /** The figures behind it, by name. */
  details: Record<string, number | null>;
}

/** What speaks for and against a class's last mask. */
export interface Checks {
  /** "holds", "doubtful", "no evidence" or "not checked". */
  verdict: string;
  summary: string;
  /** What the picture is, where its game's own sentence would be wrong about it. */
  says?: string;
  items: Check[];
}

/** What a picture of a game is: a template, and one for a picture that falls short of its aim. */
export interface GameWords {
  keeps: boolean;
  /** Share of the image's score at least (where not `keeps`, at most) of a picture that does it. */
  enough: number;
  says: string;
  says_short: string;
}

/** Templates with the fields {name}, {score} and {image}; xwidget/catalog/sentences.py has them. */
export interface Words {
  games: Record<string, GameWords>;
  edited: string;
  defended: string;
}

/** By class; none of a mask that may still change. */
export type Checked = Record<string, Checks>;

/** A run beside the main one, on the same image and classes, to compare it with. */
export interface Variant {
  run: number;
  game: string;
  defense: string;
  trace: Trace;
  iteration: number;
  checks?: Checked;
}

/** What the net says of the input that a person edited; `seq` is that edit's. */
export interface Probed {
  seq?: number;
  /** Of the classes explained, by index. */
  scores?: Record<string, number>;
  /** The most likely classes: index, name, score. */
  top?: [number, string, number][];
  /** Their names in few words. */
  short?: string[];
  error?: string;
}

export interface Progress {
  run: number;
  iteration: number;
  /** Where this run will end. */
  iterations: number;
  seconds: number;
  /** Iterations a second. */
  rate: number;
  /** What the run is, whatever is set for the next one. */
  game?: string;
  defense?: string;
  /** What it waits for, if it does: "its turn" or "a view". */
  waits?: string;
  sparsity?: Sparsity;
  /** How many iterations were asked for when it began. */
  asked?: number;
}

export interface Choices {
  game: string[];
  defense: string[];
  /** A sentence about each, by name. */
  about?: { game: Record<string, string>; defense: Record<string, string> };
  /** What a run is compared with, by what it has itself. */
  alternatives?: Record<"game" | "defense", Record<string, string[]>>;
}

export type Sparsity = number | "auto";

/** The traits synced with the kernel, as the page reads them. Names match inspector/page/traits.py. */
export interface Traits {
  _image: DataView;
  _reference: DataView;
  _frame: DataView;
  _classes: ClassInfo[];
  _trace: Trace;
  _checks: Checked;
  _progress: Progress;
  _choices: Choices;
  _variants: Variant[];
  _kept: Record<string, string>;
  _probe: DataView;
  _probed: Probed;
  _words: Words;
  _net_name: string;
  game: string;
  defense: string;
  iterations: number;
  sparsity: Sparsity;
  target: number;
  iteration: number;
  _follow: boolean;
  /** The newest mask of the drawn class goes on changing. */
  _live: boolean;
  status: Status;
  error: string;
  /** There is no kernel and never will be: an exported page. */
  _portable: boolean;
}
