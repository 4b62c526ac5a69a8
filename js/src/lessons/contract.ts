/** Made from xwidget/teaching/contract.py by `python -m scripts.contract`. */

/** A picture of a step. */
export interface Illustration {
  /** A `data:` URL. */
  src: string;
  caption: string;
}

/** A question, without its answer. */
export interface Asked {
  id: string;
  kind: string;
  /** HTML of one line. */
  prompt: string;
  options: string[];
  /** Of the options, or to be matched with them: `data:` URLs. */
  pictures: string[];
  /** Whether several options may be chosen. */
  several: boolean;
  /** Number of pictures to be matched. */
  places: number;
  /** Whether the lesson goes on only once it is answered. */
  required: boolean;
  /** Whether the panel asks it. */
  panel: boolean;
  /** Answer, tolerance and feedback (HTML): base64 of JSON. */
  key: string;
}

/** One step. */
export interface StepOf {
  title: string;
  /** HTML. */
  text: string;
  pictures: Illustration[];
  /** The explanation in the panel; −1 for no panel. */
  panel: number;
  /** What the panel shows at first, as the links of pages say it. */
  place: string;
  questions: Asked[];
}

/** An answer. */
export interface Given {
  /** The question's id. */
  question: string;
  kind: string;
  step: number;
  value: unknown;
  right: boolean | null;
  result: Record<string, unknown>;
  seconds: number;
  tries: number;
  /** ISO 8601. */
  time: string;
}

/** The sheet's traits. */
export interface SheetTraits {
  /** The lesson's title. */
  _title: string;
  /** Digest of its questions. */
  _lesson_id: string;
  /** The steps, in order. */
  _steps: StepOf[];
  /** What goes into a file of answers of each question: right answers as keys, as on the page, and of a region the photo and the evidence as `data:` URLs. */
  _asked: Record<string, unknown>[];
  /** The step whose panel is there; −1 before the first. */
  _shown: number;
  /** Why a panel is not there. */
  _words: string;
  /** All answers, in the order in which they were given. */
  answers: Given[];
  /** The step that is shown. */
  step: number;
  /** The student's name. */
  student: string;
  /** The page's newest answer: `question`, `value`, `seconds`, and `beat`, which grows. */
  _answered: Record<string, unknown>;
  /** Grows with each wish to begin again. */
  _reset: number;
  /** Whether a page shows the lesson, which opens its panel. */
  _here: boolean;
}
