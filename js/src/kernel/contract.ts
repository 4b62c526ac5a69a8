/** Made from xwidget/inspector/page/contract.py by `python -m scripts.contract`. */

export const PROTOCOL = 2;

export type Status = "idle" | "running" | "done" | "stopped" | "error";

export type Verdict = "holds" | "doubtful" | "no evidence" | "not checked";

export type Sign = "holds" | "doubtful" | "none" | "unjudged";

export type Weight = number | "auto";

export type SettingValue = string | number | boolean;

/** A class that is being explained. */
export interface ClassInfo {
  index: number;
  name: string;
  /** p(x), the score of the whole image. */
  score: number;
  /** The name without synonyms, where that names no other class. */
  short?: string;
  /** Of a contrast: both classes' names and the image's scores. */
  contrast?: [string, number][];
  /** True of a score of a person's own, which is no class. */
  scored?: boolean;
}

/** One class over the iterations. */
export interface Track {
  /** One value an iteration, from 0. */
  scores: (number | null)[];
  /** Mean of the mask, in [0, 1]. */
  means: (number | null)[];
  /** The iterations whose masks are kept. */
  frames: number[];
  /** Weight λ of each iteration's step. */
  lambdas?: (number | null)[];
  /** Why it ended at the newest ("iterations", "converged"); null where it goes on or was cut. */
  stopped?: string | null;
}

/** One test of an explanation; xwidget/checks.py has more. */
export interface Check {
  name: string;
  value: number | null;
  /** null where it only informs. */
  passed: boolean | null;
  words: string;
  /** The figures behind it, by name. */
  details: Record<string, number | null>;
}

/** The checks of a class's last mask. */
export interface Checks {
  verdict: Verdict;
  /** One line. */
  summary: string;
  items: Check[];
  /** What kind of answer it is: a test that failed is never outvoted. */
  sign?: Sign;
  /** What the picture is, where its game's own sentence would be wrong; or "". */
  says?: string;
}

/** A run beside the main one, on the same image and classes. */
export interface Variant {
  /** Its own number. */
  run: number;
  game: string;
  defense: string;
  iteration: number;
  trace: Record<string, Track>;
  checks?: Record<string, Checks>;
}

/** Progress of the work. */
export interface Progress {
  /** The main run's number, also while a variant runs; 0 before the first. */
  run: number;
  iteration: number;
  /** Where the work under way ends at the latest. */
  iterations: number;
  seconds: number;
  /** Iterations a second. */
  rate: number;
  /** The main run's, by name, whatever is set for the next one. */
  settings?: Record<string, SettingValue>;
  /** What the work waits for: "its turn" or "a view". */
  waits?: string;
}

/** Sentences about a game's picture, as templates with {name}, {score} and {image}. */
export interface GameWords {
  /** The aim of the game, in one sentence. */
  summary: string;
  /** Whether the picture keeps what the mask shows; else it is taken away. */
  keeps: boolean;
  /** Share of the image's score that a picture reaches (keeps) or falls to (not keeps). */
  enough: number;
  /** Of a picture that does. */
  says: string;
  /** Of one that does not. */
  says_short: string;
  /** As `says`, where the target is a score of a person's own. */
  says_score?: string;
}

/** Sentences of the page about a picture. */
export interface Words {
  games: Record<string, GameWords>;
  /** Score below which a class is not called what the net says. */
  said: number;
  /** Of a mask changed by hand. */
  edited: string;
  /** The values of `defense` that mean no defense. */
  undefended: string[];
  /** Beside an undefended picture. */
  defended: string;
}

/** A name that a setting may have. */
export interface NamedChoice {
  name: string;
  /** The sentence below the control while it is chosen; or "". */
  summary: string;
  /** How the line says it. */
  said: string;
}

/** A setting that is one of some names. */
export interface ChoiceSetting {
  /** Its trait. */
  name: string;
  label: string;
  /** The letter that stands for it; or "". */
  symbol: string;
  /** Explanation of the label, for the pointer; or "". */
  title: string;
  /** A sentence below the control. */
  summary: string;
  /** How a line of several settings says it, with {} for the value. */
  line: string;
  /** Whether a change starts a run; else it counts from the next one on. */
  at_once: boolean;
  kind: "choice";
  choices: NamedChoice[];
}

/** A setting that is a number in a range. */
export interface NumberSetting {
  /** Its trait. */
  name: string;
  label: string;
  /** The letter that stands for it; or "". */
  symbol: string;
  /** Explanation of the label, for the pointer; or "". */
  title: string;
  /** A sentence below the control. */
  summary: string;
  /** How a line of several settings says it, with {} for the value. */
  line: string;
  /** Whether a change starts a run; else it counts from the next one on. */
  at_once: boolean;
  kind: "number";
  whole: boolean;
  least: number;
  most: number;
  /** How far the arrow keys go. */
  step: number;
}

/** A setting that is a number from 0 whose order of magnitude counts, or "auto". */
export interface WeightSetting {
  /** Its trait. */
  name: string;
  label: string;
  /** The letter that stands for it; or "". */
  symbol: string;
  /** Explanation of the label, for the pointer; or "". */
  title: string;
  /** A sentence below the control. */
  summary: string;
  /** How a line of several settings says it, with {} for the value. */
  line: string;
  /** Whether a change starts a run; else it counts from the next one on. */
  at_once: boolean;
  kind: "weight";
  most: number;
  /** Where a person begins who switches "auto" off. */
  first: number;
}

/** A setting that is true or false. */
export interface FlagSetting {
  /** Its trait. */
  name: string;
  label: string;
  /** The letter that stands for it; or "". */
  symbol: string;
  /** Explanation of the label, for the pointer; or "". */
  title: string;
  /** A sentence below the control. */
  summary: string;
  /** How a line of several settings says it, with {} for the value. */
  line: string;
  /** Whether a change starts a run; else it counts from the next one on. */
  at_once: boolean;
  kind: "flag";
  /** How the line says false and true. */
  said: [string, string];
}

export type Setting = ChoiceSetting | NumberSetting | WeightSetting | FlagSetting;

/** The settings that a person makes in the panel. */
export interface SettingsForm {
  fields: Setting[];
  /** When a change of which of them counts. */
  note: string;
}

/** The map from the net's pixels to the original photo; empty if it is unknown, or if nothing
    differs.
     */
export interface Geometry {
  /** [a, b, c, d, e, f]: the center of pixel (x, y) is (ax + by + c, dx + ey + f) there. */
  matrix?: number[];
  /** Height and width of the photo; what is beyond them is padding. */
  size?: number[];
}

/** Runs that differ in one setting, side by side. */
export interface Comparison {
  /** Of the layout that shows them. */
  label: string;
  /** A sentence on it. */
  title: string;
  /** By what a run has: what it is compared with. */
  others: Record<string, string[]>;
}

/** The net's scores of the edited mask `seq`, or why there are none. */
export interface Tested {
  seq?: number;
  /** Of the classes explained, by index. */
  scores?: Record<string, number>;
  /** The most likely classes: index, name, score. */
  top?: [number, string, number][];
  /** Their names in few words. */
  short?: string[];
  error?: string;
}

/** The place where findings are kept, and what a new one begins with. */
export interface FindingsSetup {
  /** False until it is known what they are seen on: the scope, the base. */
  ready: boolean;
  /** Name of where they are kept, for a person; "" where nowhere. */
  store: string;
  /** Why they are not kept, in words; "" where they are. */
  reason: string;
  /** Whose findings are made here. */
  author: string;
  /** What a region may be. */
  kinds: string[];
  /** Labels in use, for completion. */
  labels: string[];
  /** Names image and store: what a page keeps for later is of one scope. */
  scope: string;
  /** What a finding is seen on, as JSON, without class and score. */
  base: Record<string, unknown>;
  /** The files that findings are written to. */
  formats?: FileFormat[];
}

/** A command as it was sent, or a trait that was refused (`type` is "set"). */
export interface FailedRequest {
  type?: string;
  name?: string;
  value?: unknown;
  target?: number;
  iteration?: number;
  run?: number;
}

/** A kind of file that an explanation is saved as. */
export interface FileFormat {
  /** What the command `save` calls it. */
  name: string;
  label: string;
  /** A sentence on it. */
  title: string;
}

/** A rectangle, in continuous pixels of the net's input. */
export interface BoxRecord {
  type: "box";
  /** Of the upper left corner. */
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Rings of points; a place is inside where an odd number of rings go around it. */
export interface PolygonRecord {
  type: "polygon";
  rings: [number, number][][];
}

/** Pixels. */
export interface MaskRecord {
  type: "mask";
  /** Height and width. */
  size: [number, number];
  /** COCO's compressed run lengths. */
  counts: string;
}

/** A place. */
export interface PointRecord {
  type: "point";
  x: number;
  y: number;
}

export type RegionRecord = BoxRecord | PolygonRecord | MaskRecord | PointRecord;

/** The image, the net and the explanation that a finding was seen on; see `Seen` in
    xwidget/findings/finding.py.
     */
export interface SeenRecord {
  digest: string;
  image: string;
  size: [number, number] | null;
  geometry: Record<string, unknown> | null;
  model: string;
  weights: string;
  preprocessing: string;
  target: number | null;
  class_name: string;
  game: string;
  defense: string;
  iteration: number | null;
  image_score: number | null;
  score: number | null;
  checks: string;
  version: string;
}

/** The measured effect of a region on the score of one class. */
export interface EffectRecord {
  target: number;
  /** Its score of the whole image. */
  image: number;
  /** With the region replaced by drawn backgrounds, the mean over them. */
  without: number;
  /** With all but the region replaced, the mean over them. */
  only: number;
  /** Of the class's evidence, inside; null where there is none. */
  share: number | null;
  /** Share of the pixels. */
  area: number;
  /** Number of drawn backgrounds. */
  draws: number;
  /** Standard deviation over them. */
  without_spread: number;
  only_spread: number;
}

/** A finding; see `Finding` in xwidget/findings/finding.py. */
export interface FindingRecord {
  /** A UUID, made by who marks it. */
  id: string;
  version: number;
  region: RegionRecord;
  /** Height and width of the net's input. */
  frame: [number, number];
  /** "core", "spurious", "unsure", or "". */
  verdict: string;
  kind: string;
  label: string;
  reason: string;
  confidence: number | null;
  author: string;
  seen: SeenRecord;
  effect: EffectRecord | null;
  /** ISO 8601, in UTC. */
  created: string;
  changed: string;
  deleted: boolean;
  /** Whether its verdict, kind, reason, confidence and effect are not told yet, since another marked it and who looks has not judged it: they are empty then, and stay in the store as they are where such a record is put. Of all records that the kernel sends, save those of files. */
  withheld?: boolean;
}

/** A second person's verdict on a finding. */
export interface ReviewRecord {
  id: string;
  /** The finding's id. */
  finding: string;
  author: string;
  verdict: string;
  kind: string;
  reason: string;
  created: string;
}

/** One finding of a file. */
export interface PreviewRow {
  finding: FindingRecord | null;
  /** How its image was found: "digest", "name and size", or "". */
  matched: string;
  /** Why it is refused; "" where it is not. */
  reason: string;
  /** Where it is in the file. */
  place?: string;
  /** What it is called there. */
  label?: string;
  /** The version of it that is kept; 0 where none is. */
  base?: number;
  /** What is kept of it: "deleted", or "earlier", "same" or "later" by when it was changed; "elsewhere" where it was marked before another network; "" where none is. */
  here?: string;
}

export type PaneKind = "method" | "array" | "model";

export type PaneState = "waiting" | "running" | "done" | "failed" | "stopped";

/** A method that can be put beside the evidence. */
export interface MethodEntry {
  /** What `beside_add` calls it. */
  name: string;
  label: string;
  /** Whether it takes a second at most for most nets. */
  quick: boolean;
  /** One sentence. */
  about: string;
  /** How to install what it needs; "" where nothing is missing. */
  missing: string;
  /** Why it cannot work on this net: "it has no attention ..."; or "". */
  unfit: string;
}

/** The values of a pane for one class, which `values` asks for. */
export interface PaneValues {
  /** Another number each time the values change. */
  seq: number;
  /** 1 for values in [0, 1]. Signed ones lie in −scale…scale: the largest magnitude; where less than 0.1% of the values are beyond half of it, what 0.1% are beyond. */
  scale: number;
  /** Share of the values beyond the scale. */
  clipped: number;
  /** What values are measured in, or divided by, in words; or "". */
  unit: string;
  seconds: number;
  /** What must be known of them, in words; or "". */
  note: string;
}

/** A picture beside the evidence. */
export interface BesidePane {
  /** From 1, never used again; 0 stands for our own evidence in commands. */
  id: number;
  kind: PaneKind;
  /** Of the method; else "". */
  name: string;
  /** No other pane has it. */
  label: string;
  about: string;
  /** Whether values may be negative, which speak against the class. */
  signed: boolean;
  /** 1, or 3 for one value a color channel. */
  channels: number;
  /** Of the class drawn. */
  state: PaneState;
  /** In [0, 1]. */
  progress: number;
  /** Why there are no values of the class drawn, in words; or "". */
  error: string;
  /** By class, what there is. */
  targets: Record<string, PaneValues>;
}

/** Scores of the pixels that one pane ranks first. */
export interface AreaScore {
  /** The network's; of a model's pane, that model's. */
  own: number | null;
  /** That net's score of the whole image. */
  image: number | null;
  /** The witness's; null without one. */
  witness: number | null;
  /** The witness's score of the whole image. */
  witness_image: number | null;
}

/** Scores while pixels are taken away, or added, the most relevant first. */
export interface MeasuredCurve {
  /** Shares of the pixels. */
  shares: number[];
  scores: (number | null)[];
  /** Mean height of the curve, in [0, 1]: the area below it, divided by its width, which is less than 1 where not all pixels are changed. */
  height: number | null;
}

/** One network's word on an attribution; null where a score is not finite. */
export interface NetMeasures {
  /** Its name; of a model's pane, `own` is that model. */
  net: string;
  /** Its score of the whole image. */
  image: number | null;
  /** Score of the top pixels alone, by area. */
  sufficiency: (number | null)[];
  /** Fall of the score without them, by area. */
  comprehensiveness: (number | null)[];
  deletion: MeasuredCurve;
  insertion: MeasuredCurve;
  road: MeasuredCurve;
}

/** Deletion, insertion, ROAD, and scores at equal area. */
export interface Measures {
  /** Shares of the pixels. */
  areas: number[];
  own: NetMeasures;
  witness: NetMeasures | null;
  seconds: number;
}

/** The change of an attribution when the net's weights are random. */
export interface Randomized {
  /** Rank correlation of the two attributions, 1 for the same; null for none. */
  similarity: number | null;
  passes: boolean;
  words: string;
}

/** A view's choice of what stands beside the evidence, by area or by value. */
export interface BesideChoice {
  /** Of the pixels of every picture; null for values. */
  share: number | null;
  /** Classes whose evidence is taken from the drawn class's. */
  differences: number[];
  /** Panes whose evidence is taken from ours. */
  models: number[];
}

/** The measures of a pane for one class. */
export interface Measured {
  /** 0 for our own evidence. */
  pane: number;
  target: number;
  state: PaneState;
  /** In [0, 1]. */
  progress: number;
  /** In words; or "". */
  error: string;
  measures: Measures | null;
  randomized: Randomized | null;
}

export type GuessKind = "region" | "class" | "channel" | "method" | "choice" | "number" | "text";

/** A question. The right answer is not told before a guess is committed. */
export interface GuessQuestion {
  id: string;
  kind: GuessKind;
  prompt: string;
  /** What there is to choose from; empty where nothing is. */
  options: string[];
  /** Whether several options may be chosen at once. */
  several: boolean;
  /** The class that it is about. */
  target: number;
  /** Of a question about methods: numbers of the pictures in the order in which they are shown, without their names; 0 for our own evidence. */
  panes: number[];
}

/** Pixels of the photo. */
export interface GuessRegion {
  /** Height and width. */
  size: number[];
  /** Run lengths, as findings have them. */
  counts: string;
}

/** A question and what became of it. */
export interface Guess {
  question: GuessQuestion;
  /** What is committed: a `GuessRegion`, an option or a number; null before that. */
  value: unknown;
  committed: boolean;
  /** Whether the panel shows what it hides until then. */
  revealed: boolean;
  /** Why it cannot be revealed yet, in words; or "". */
  waits: string;
  /** null where nothing is right or wrong, and before the result. */
  right: boolean | null;
  /** `{}` before it is known. Of a region: `area`, `overlap`, `chance`, `score`, `evidence`, `image` and `why_no_score`; of others: `answer`, and the figures behind it. */
  result: Record<string, unknown>;
  /** The pixels that the evidence ranks first, as many as the guess has. */
  evidence: GuessRegion | null;
  /** What is said once it is revealed; or "". */
  feedback: string;
  /** Guesses that were committed so far. */
  tries: number;
}

/** An answer that stays on record: the first that was committed. */
export interface GuessAnswer {
  question: string;
  kind: GuessKind;
  step: number;
  value: unknown;
  right: boolean | null;
  result: Record<string, unknown>;
  seconds: number;
  tries: number;
  /** When it was committed, in ISO form. */
  time: string;
}

/** The controls that a person cannot use. */
export interface Locked {
  /** Elements of the panel, as a style sheet selects them. */
  hidden?: string[];
  /** Keys that do nothing, as a browser names them, letters small. */
  keys?: string[];
}

/** The traits, as the page reads them. */
export interface Traits {
  /** The image as the net sees it, in true color; target −1. */
  _image: DataView;
  /** The reference as a frame; 1×1 when it is one color. */
  _reference: DataView;
  /** Where the image's pixels are in the original photo; `{}` where that is not known, or nothing differs. A user's own preprocess is measured after the first mask. */
  _geometry: Geometry;
  /** The mask drawn now: drawn target, drawn iteration (the nearest that is kept); empty before the first. */
  _frame: DataView;
  /** Each class's last mask, a packed frame (base64 of zlib), sent when the work ends: what a saved notebook shows without a kernel. At most 200 kB, the class drawn last: masks beyond that are left out. */
  _kept: Record<string, string>;
  /** Templates with `{name}`, `{score}` and `{image}`, filled for what is drawn. A score is written with two digits, rounded half up. */
  _words: Words;
  /** True while the newest mask of the drawn class can change: its run is in progress, or about to begin. */
  _live: boolean;
  /** Index of the class drawn. */
  target: number;
  /** Iteration drawn. While `_follow`, the kernel advances it with each live frame. */
  iteration: number;
  /** Whether the newest mask is drawn. The page clears it when a person scrubs and sets it when they return to the end. */
  _follow: boolean;
  /** The classes being explained, best first. */
  _classes: ClassInfo[];
  /** The settings form, see [Settings](#settings). */
  _settings: SettingsForm;
  /** Game of the next run. */
  game: string;
  /** Defense of the next run. */
  defense: string;
  /** Iterations of the next run. */
  iterations: number;
  /** Sparsity of the next run. */
  sparsity: Weight;
  /** `{}` before the first run. The work ends before `iterations` where nothing changes any more, with the status `done`. `waits` is there only where the work waits, see [Views](#views). A run takes the place of the one before with its first mask: until then everything that is shown is still that one's, except checks and variants, which are gone; a run that is stopped before it leaves the one before, checks and all. */
  _progress: Partial<Progress>;
  /** Curves and kept iterations by class. At most 5 times a second while running, and at the end. */
  _trace: Record<string, Track>;
  /** By class, what speaks for and against its last mask, as `Checks.describe` in `xwidget/checks.py` says it. A class is in it from the end of its run until it goes on: not while its mask may still change, nor where it was stopped. With `_trace`. */
  _checks: Record<string, Checks>;
  /** The classifier's name (`_model_name` is taken: ipywidgets keeps the JS class there). */
  _net_name: string;
  /** State of the work. */
  status: Status;
  /** Why, in words; `""` when all is well; at most 1200 characters and 12 lines, beginning and end: `w.error` has it all. */
  error: string;
  /** The comparisons that the panel offers, by the setting in which the runs differ. */
  _comparisons: Record<string, Comparison>;
  /** The runs beside the main one that have begun, see [Comparing](#comparing). At most twice a second while one runs, and at the end of each. */
  _variants: Variant[];
  /** The newest edited mask that was scored, see [Testing](#testing); empty without one. */
  _edited: DataView;
  /** The net's scores of it; `{}` without one. With `_edited`. */
  _tested: Tested;
  /** The methods that a person can put beside the evidence. */
  _methods: MethodEntry[];
  /** The panes, at most 12, see [Beside](#beside). At most 4 times a second while one is at work, and at the end of each. */
  _beside: BesidePane[];
  /** What is measured of the panes, the newest last. At most 40 entries and 150 kB: the oldest go first. */
  _measured: Measured[];
  /** By pane, the values for the class drawn as a packed frame (base64 of zlib), once all are there: what a saved notebook shows without a kernel. Unit values as those of a mask, signed ones as `128 + round(127·v/scale)`. At most 150 kB, the panes in order; values beyond that are left out. */
  _beside_kept: Record<string, string>;
  /** Rows and columns of the patches in which the net, a vision transformer, reads the image; `[]` for other nets. */
  _tokens: number[];
  /** What a view chose last to show beside the evidence: others begin with it, on an exported page too. */
  _beside_choice: BesideChoice;
  /** Source of the page's third script, a module: what is beside; empty until a page asks by `beside_open`, or there is a pane. */
  _beside_script: string;
  /** Source of the page's fourth script, a module: questions and locked controls. Where there is one, the panel is not drawn before the script is there; "" where there is neither. */
  _guess_script: string;
  /** Names of the controls that a person can use; null for all of them. */
  controls: string[] | null;
  /** What `controls` leaves out. */
  _locked: Locked;
  /** A question, and what became of it, see [Guessing](#guessing); `{}` without one. */
  _guess: Partial<Guess>;
  /** What a page without a kernel needs for the result, once the run has ended, see [Guessing](#guessing). */
  _guess_kept: Record<string, string>;
  /** What a lesson has the panel show, as the links of pages say it: class, iteration, view, layout and the like; `""` for nothing. */
  _place: string;
  /** The answers that were given in this panel, one a question. */
  answers: GuessAnswer[];
  /** Source of the page's second script, a module: findings and help, which are not needed for the first paint; empty until a page says `hello`. */
  _annotate: string;
  /** What must be known before findings can be marked, see [Findings](#findings); `{}` where they cannot. */
  _findings: Partial<FindingsSetup>;
  /** The files that the menu offers. */
  _formats: FileFormat[];
  /** A command, where a host drops custom messages or where it must not overtake traits. The kernel keeps only its `id`. */
  _command: Record<string, unknown>;
  /** True on an exported page, which has no kernel, see [below](#a-page-without-a-kernel). */
  _portable: boolean;
}

/** A request of the page. */
export type Command =
  | { type: "frame"; target: number; iteration: number; run?: number }
  | { type: "ack"; seq: number }
  | { type: "add"; target: number }
  | { type: "contrast"; target: number; other: number }
  | { type: "categories" }
  | { type: "run" }
  | { type: "run_more"; iterations: number }
  | { type: "stop" }
  | { type: "compare"; by: string }
  | { type: "test"; buffer: DataView }
  | { type: "beside_open" }
  | { type: "beside_add"; method: string }
  | { type: "beside_remove"; pane: number }
  | { type: "beside_stop"; pane: number }
  | { type: "beside_retry"; pane: number }
  | { type: "values"; pane: number; target: number }
  | { type: "score_area"; share: number; target: number }
  | { type: "measure"; pane: number; target: number }
  | { type: "randomize"; pane: number; target: number }
  | { type: "measure_stop" }
  | { type: "guess_commit"; guess: Record<string, unknown>; seconds: number }
  | { type: "guess_reveal" }
  | { type: "guess_reset" }
  | { type: "findings" }
  | { type: "put"; finding: Record<string, unknown>; base: number; act: string; target: number; iteration: number; imported?: boolean }
  | { type: "review"; finding: string; verdict: string; kind?: string; reason?: string; act: string }
  | { type: "read_findings"; name: string; buffer: DataView }
  | { type: "write_findings"; format: string }
  | { type: "save"; format: string }
  | { type: "sizes" }
  | { type: "hello"; protocol: number }
  | { type: "views"; page: number; count: number; seen: number };

/** An answer of the kernel. */
export type Message =
  | { type: "frame"; id?: number }
  | { type: "done"; id?: number }
  | { type: "categories"; id?: number; names: string[] }
  | { type: "values"; id?: number; pane: number; target: number; seq: number; scale: number; signed: boolean; channels: number; height: number; width: number }
  | { type: "area_scores"; id?: number; share: number; target: number; scores: Record<string, AreaScore> }
  | { type: "findings"; id?: number; findings: FindingRecord[]; reviews: ReviewRecord[] }
  | { type: "kept"; id?: number; finding: FindingRecord; clash: FindingRecord | null; durable: boolean; reason: string }
  | { type: "reviewed"; id?: number; finding: FindingRecord; reviews: ReviewRecord[] }
  | { type: "preview"; id?: number; rows: PreviewRow[]; notes: string[] }
  | { type: "saved"; id?: number; name: string; notes?: string[] }
  | { type: "sizes"; id?: number; bytes: Record<string, number> }
  | { type: "welcome"; id?: number; protocol: number; run: number }
  | { type: "failed"; id?: number; request: FailedRequest | null; message: string; final?: boolean };

/** What the kernel says unasked. */
export type Push =
  | { type: "finding"; finding: FindingRecord }
  | { type: "judged"; finding: FindingRecord; reviews: ReviewRecord[] }
  | { type: "effect"; id: string; version: number; effect: EffectRecord | null; reason: string };

/** By command: the answer of a kernel that can do it. */
export interface Replies {
  frame: Extract<Message, { type: "frame" }>;
  add: Extract<Message, { type: "done" }>;
  contrast: Extract<Message, { type: "done" }>;
  categories: Extract<Message, { type: "categories" }>;
  run: Extract<Message, { type: "done" }>;
  run_more: Extract<Message, { type: "done" }>;
  stop: Extract<Message, { type: "done" }>;
  compare: Extract<Message, { type: "done" }>;
  test: Extract<Message, { type: "done" }>;
  beside_open: Extract<Message, { type: "done" }>;
  beside_add: Extract<Message, { type: "done" }>;
  beside_remove: Extract<Message, { type: "done" }>;
  beside_stop: Extract<Message, { type: "done" }>;
  beside_retry: Extract<Message, { type: "done" }>;
  values: Extract<Message, { type: "values" }>;
  score_area: Extract<Message, { type: "area_scores" }>;
  measure: Extract<Message, { type: "done" }>;
  randomize: Extract<Message, { type: "done" }>;
  measure_stop: Extract<Message, { type: "done" }>;
  guess_commit: Extract<Message, { type: "done" }>;
  guess_reveal: Extract<Message, { type: "done" }>;
  guess_reset: Extract<Message, { type: "done" }>;
  findings: Extract<Message, { type: "findings" }>;
  put: Extract<Message, { type: "kept" }>;
  review: Extract<Message, { type: "reviewed" }>;
  read_findings: Extract<Message, { type: "preview" }>;
  write_findings: Extract<Message, { type: "saved" }>;
  save: Extract<Message, { type: "saved" }>;
  sizes: Extract<Message, { type: "sizes" }>;
  hello: Extract<Message, { type: "welcome" }>;
}

type NamesByCommand = Partial<Record<Command["type"], readonly string[]>>;

/** The fields by which a command's replies are told apart; by command. */
export const APART: NamesByCommand = {
  compare: ["by"],
  save: ["format"],
};

/** The commands that one ends where they have not begun. */
export const ENDS: NamesByCommand = {
  stop: ["run", "run_more", "add", "compare"],
  measure_stop: ["measure", "randomize"],
};

/** Commands that are done one after another, all of them. */
export const QUEUED: readonly Command["type"][] = ["values", "findings", "put", "review", "read_findings", "write_findings"];

/** Curves by class. */
export type Trace = Traits["_trace"];
/** Checks by class; none of a mask that may still change. */
export type Checked = Traits["_checks"];
/** Bytes of a file of the Explanation, by what it keeps of the iterations. */
export type Sizes = Omit<Replies["sizes"], "type" | "id">;
