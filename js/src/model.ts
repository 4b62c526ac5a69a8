/** The part of an anywidget model that the page uses. */
export interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(content: unknown): void;
  on(event: string, callback: (...args: never[]) => void): void;
  off(event: string, callback: (...args: never[]) => void): void;
}

export type Status = "idle" | "running" | "done" | "stopped" | "error";

/** A class that is being explained; `score` is p(x), the score of the whole image. */
export interface ClassInfo {
  index: number;
  name: string;
  score: number;
}

/** One class over the iterations: entry i belongs to iteration i; `frames` are those kept. */
export interface Track {
  scores: (number | null)[];
  means: (number | null)[];
  frames: number[];
}

export type Trace = Record<string, Track>;

export interface Progress {
  run: number;
  iteration: number;
  /** Where this run will end. */
  iterations: number;
  seconds: number;
  /** Iterations a second. */
  rate: number;
}

export interface Choices {
  game: string[];
  defense: string[];
}

export type Sparsity = number | "auto";

/** The traits synced with the kernel, as the page reads them. Names match inspector/widget.py. */
export interface Traits {
  _image: DataView;
  _reference: DataView;
  _frame: DataView;
  _classes: ClassInfo[];
  _trace: Trace;
  _progress: Progress;
  _choices: Choices;
  _net_name: string;
  game: string;
  defense: string;
  iterations: number;
  sparsity: Sparsity;
  target: number;
  iteration: number;
  _follow: boolean;
  status: Status;
  error: string;
  /** There is no kernel and never will be: an exported page. */
  _portable: boolean;
}
