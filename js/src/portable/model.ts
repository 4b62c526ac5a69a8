/**
 * A model without a kernel: what one exported page holds, read only. The other side is
 * xwidget/export/page.py; docs/protocol.md describes the data.
 */
import {
  type Command,
  type FindingRecord,
  type Message,
  PROTOCOL,
  type Replies,
  type ReviewRecord,
  type Traits,
} from "../kernel/contract";
import type { Model } from "../kernel/model";
import { inflate, viewOf } from "../kernel/packed";
import { nearest } from "../state/timeline";

/** A mask as it is stored: a frame, deflated; its pixels may be the difference to the one before. */
export interface Kept {
  difference: boolean;
  bytes: string;
}

export interface Exported {
  version: number;
  /** The traits that are plain JSON, by name. */
  traits: Partial<Traits> & Pick<Traits, "_trace" | "target" | "iteration">;
  image: string;
  reference: string;
  /** By class, in the order of its `_trace[class].frames`. */
  masks: Record<string, Kept[]>;
  findings?: { findings: FindingRecord[]; reviews: ReviewRecord[] };
  /** What stands beside the evidence, by "pane/class"; pane 0 is our own evidence. */
  values?: Record<string, KeptValues>;
  /** The scores at equal area that the panel has shown, by any share. */
  scores?: Omit<AreaScores, "type" | "id">[];
}

type AreaScores = Extract<Message, { type: "area_scores" }>;

/** A reply to the command `values`, with its buffer deflated. */
interface KeptValues extends Omit<Replies["values"], "type" | "id" | "pane" | "target"> {
  bytes: string;
}

/** The panel leaves out what would be refused; this is for who asks all the same. */
const REFUSED = "This page only shows results: to run more, open the notebook.";

const VERSION = 1;
const HEADER_SIZE_AT = 6;

// Differences are mod 256: a Uint8Array keeps the lowest byte of what it is given.

type Listener = (...args: unknown[]) => void;

export class PortableModel implements Model {
  readonly #traits: Map<string, unknown>;
  readonly #listeners = new Map<string, Set<Listener>>();
  /** The frames of the classes looked at so far. */
  readonly #opened = new Map<number, Promise<DataView[]>>();

  private constructor(
    private readonly data: Exported,
    pictures: { _image: DataView; _reference: DataView },
  ) {
    this.#traits = new Map(Object.entries({ ...data.traits, ...pictures, _portable: true }));
  }

  /** Read what a page holds, with the mask that it shows first. */
  static async open(data: Exported): Promise<PortableModel> {
    if (data.version !== VERSION) {
      throw new Error(`The page's data have version ${data.version}; expected ${VERSION}.`);
    }
    const [_image, _reference] = await Promise.all([picture(data.image), picture(data.reference)]);
    const pictures = { _image, _reference };
    const model = new PortableModel(data, pictures);
    const first = await model.#frame(data.traits.target, data.traits.iteration);
    model.#traits.set("_frame", first);
    return model;
  }

  get(name: string): unknown {
    return this.#traits.get(name);
  }

  set(name: string, value: unknown): void {
    if (this.#traits.get(name) === value) return;
    this.#traits.set(name, value);
    this.#emit(`change:${name}`);
  }

  save_changes(): void {}

  send(content: unknown): void {
    // As late as a kernel's answer: whoever sends is not called back before it is done.
    const command = content as Command & { id: number };
    void this.#answer(command).then(([message, ...buffers]) =>
      this.#emit("msg:custom", { ...message, id: command.id }, buffers),
    );
  }

  on(event: string, callback: (...args: never[]) => void): void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(callback as Listener));
  }

  off(event: string, callback: (...args: never[]) => void): void {
    this.#listeners.get(event)?.delete(callback as Listener);
  }

  async #answer(command: Command): Promise<[Message, ...DataView[]]> {
    const refused = (message: string): [Message] => [{ type: "failed", request: command, message }];
    if (command.type === "hello") return [{ type: "welcome", protocol: PROTOCOL, run: 1 }];
    if (command.type === "findings") {
      return [{ type: "findings", ...(this.data.findings ?? { findings: [], reviews: [] }) }];
    }
    try {
      if (command.type === "score_area") return [this.#scores(command.share, command.target)];
      if (command.type === "values") return await this.#values(command.pane, command.target);
      if (command.type !== "frame") return refused(REFUSED);
      return [{ type: "frame" }, await this.#frame(command.target, command.iteration)];
    } catch (error) {
      return refused(error instanceof Error ? error.message : String(error));
    }
  }

  /** The mask of a class at the nearest iteration that was kept. */
  async #frame(target: number, iteration: number): Promise<DataView> {
    const iterations = this.data.traits._trace[target]?.frames ?? [];
    const opened = this.#opened.get(target) ?? unpack(this.data.masks[target] ?? []);
    this.#opened.set(target, opened);
    const frame = (await opened)[iterations.indexOf(nearest(iterations, iteration))];
    if (!frame) throw new Error(`The page holds no mask of class ${target}.`);
    return frame;
  }

  async #values(pane: number, target: number): Promise<[Message, DataView]> {
    const kept = this.data.values?.[`${pane}/${target}`];
    if (!kept) throw new Error("The page holds no values of this class.");
    const { bytes, ...said } = kept;
    return [{ type: "values", pane, target, ...said }, viewOf(await inflate(bytes))];
  }

  #scores(share: number, target: number): Message {
    const kept = (this.data.scores ?? []).filter((each) => each.target === target);
    const found = kept.find((each) => Math.abs(each.share - share) < 1e-3);
    if (found) return { type: "area_scores", ...found };
    const shares = kept.map((each) => `${Math.round(100 * each.share)}%`).join(", ");
    throw new Error(
      shares
        ? `Scored on this page: the top ${shares}.`
        : "Scores need the network, in the notebook.",
    );
  }

  #emit(event: string, ...args: unknown[]): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(...args);
  }
}

/** Undo the differences of one class's masks; the headers are as they are. */
export async function unpack(kept: readonly Kept[]): Promise<DataView[]> {
  const frames = await Promise.all(kept.map(({ bytes }) => inflate(bytes)));
  for (const [n, frame] of frames.entries()) {
    const before = kept[n]?.difference ? frames[n - 1] : undefined;
    if (!before) continue;
    for (let i = pixelsAt(frame); i < frame.length; i++) {
      frame[i] = (frame[i] as number) + (before[i] as number);
    }
  }
  return frames.map(viewOf);
}

/** Undo the differences of a picture's bytes, each to the one before. */
async function picture(bytes: string): Promise<DataView> {
  const frame = await inflate(bytes);
  for (let i = pixelsAt(frame) + 1; i < frame.length; i++) {
    frame[i] = (frame[i] as number) + (frame[i - 1] as number);
  }
  return viewOf(frame);
}

/** Where a frame's header ends. */
function pixelsAt(frame: Uint8Array): number {
  return viewOf(frame).getUint16(HEADER_SIZE_AT, true);
}
