import {
  type Command,
  type FindingRecord,
  type Message,
  PROTOCOL,
  type SettingValue,
  type Status,
  type Trace,
  type Traits,
} from "../src/kernel/contract";
import { decodeFrame } from "../src/kernel/frame";
import type { Model } from "../src/kernel/model";
import { CHECKS } from "./checks";
import { FakeBeside } from "./fake_beside";
import { FakeFindings } from "./fake_findings";
import { initial } from "./initial";

/** `running` pauses half way; `live` runs to the end at some 20 iterations a second. */
export type Scenario = "idle" | "running" | "live" | "done" | "stopped" | "error" | "silent";

const SIDE = 224;
const PLANES = 3 * SIDE * SIDE;
const CLASSES = [
  {
    index: 967,
    name: "espresso, caffè latte",
    short: "espresso",
    score: 0.951,
    reached: 0.93,
    speed: 0.05,
  },
  { index: 969, name: "eggnog", short: "eggnog", score: 0.011, reached: 0.04, speed: 0.03 },
  {
    index: 504,
    name: "coffee mug, coffee cup with a long name",
    short: "coffee mug",
    score: 0.009,
    reached: 0.31,
    speed: 0.02,
  },
];
const TOTAL = 200;

/** A command as it arrives. */
type Numbered = Command & { id: number };
type Listener = (...args: unknown[]) => void;

/** A model whose kernel is a timer: it streams masks that grow, and answers what the page asks. */
export class FakeModel implements Model {
  readonly sent: Numbered[] = [];
  readonly findings = new FakeFindings();
  readonly #beside: FakeBeside;
  readonly #traits = new Map<string, unknown>();
  readonly #listeners = new Map<string, Set<Listener>>();
  #now = 0;
  #seq = 0;
  #run = 1;

  constructor(
    private readonly scene: Uint8Array,
    private readonly names: string[],
    private readonly scenario: Scenario,
  ) {
    const gray = new Uint8Array([128, 128, 128]);
    this.#beside = new FakeBeside(
      SIDE,
      (target) => this.#final(target),
      (traits) => this.#set(traits),
    );
    this.#set({
      ...initial(),
      _methods: this.#beside.methods,
      _image: encode({ target: -1, side: SIDE, data: scene.subarray(0, PLANES) }),
      _reference: encode({ target: -1, side: 1, data: gray }),
      _classes: CLASSES.map(({ index, name, short, score }) => ({ index, name, short, score })),
      _net_name: "efficientnet_lite0",
      _findings: {
        ...{ ready: true, store: "xwidget-findings.sqlite", reason: "", author: "someone" },
        ...{ kinds: ["object", "part", "background", "artifact"], labels: ["watermark"] },
        scope: "harness",
      },
      iterations: TOTAL,
      target: 967,
    });
  }

  get(name: string): unknown {
    return this.#traits.get(name);
  }

  #get<K extends keyof Traits>(name: K): Traits[K] {
    return this.#traits.get(name) as Traits[K];
  }

  set(name: string, value: unknown): void {
    if (this.#traits.get(name) === value) return;
    this.#traits.set(name, value);
    this.#emit(`change:${name}`);
    if (name === "_command") this.send(value);
    if (name === "target" && this.#now > 0) this.#show();
    if (name === "target") this.#beside.draw(value as number);
  }

  save_changes(): void {}

  on(event: string, callback: (...args: never[]) => void): void {
    const set = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, set.add(callback as Listener));
  }

  off(event: string, callback: (...args: never[]) => void): void {
    this.#listeners.get(event)?.delete(callback as Listener);
  }

  send(content: unknown, _callbacks?: unknown, buffers: DataView[] = []): void {
    if (this.scenario === "silent") return;
    const command = { ...(content as Numbered), ...(buffers[0] ? { buffer: buffers[0] } : {}) };
    this.sent.push(command);
    setTimeout(() => this.#answer(command), 8);
  }

  /** As a net that counts what is shown. */
  #score(bytes: DataView): void {
    if (bytes.byteLength === 0) {
      this.#set({ _edited: bytes, _tested: {} });
      return;
    }
    const mask = decodeFrame(bytes);
    const shown = mask.data.reduce((sum, value) => sum + value, 0) / 255 / PLANES;
    const scores = CLASSES.map(({ index, name, score }) => ({
      index,
      name,
      score: score * Math.min(1, 6 * shown),
    }));
    setTimeout(() => {
      this.#set({
        _edited: bytes,
        _tested: {
          seq: mask.seq,
          scores: Object.fromEntries(scores.map(({ index, score }) => [index, score])),
          top: scores.map(({ index, name, score }) => [index, name, score]),
        },
      });
    }, 60);
  }

  #answer(command: Numbered): void {
    const reply = (message: Message, buffers: DataView[] = []) =>
      this.#emit("msg:custom", { ...message, id: command.id }, buffers);
    const beside = this.#beside.answer(command, this.#get("target"));
    if (beside) {
      const [message, ...buffers] = beside;
      reply(message, buffers);
      return;
    }
    const of = this.findings.answer(command);
    if (of) {
      reply(of as Message);
      if (of.type === "kept" && !of.clash) this.#measure(of.finding);
      return;
    }
    const refuse = (message: string) => reply({ type: "failed", request: command, message });
    switch (command.type) {
      case "hello":
        reply({ type: "welcome", protocol: PROTOCOL, run: this.#run });
        this.#begin();
        return;
      case "frame":
        reply({ type: "frame" }, [this.#mask(command.target, command.iteration, 0, command.run)]);
        return;
      case "categories":
        reply({ type: "categories", names: this.names });
        return;
      case "stop":
        this.#set({ status: "stopped" });
        break;
      case "run":
        this.#run += 1;
        this.#now = 0;
        this.#set({ _trace: {}, _checks: {} });
        this.#live(TOTAL);
        break;
      case "run_more":
        this.#live(this.#now + command.iterations);
        break;
      case "test":
        this.#score(command.buffer);
        break;
      case "views":
      case "ack":
        return;
      default:
        refuse("This kernel is made of a timer: it can only run.");
        return;
    }
    reply({ type: "done" });
  }

  /** As a net that looks at nothing but how large a region is. */
  #measure({ id, version, region, effect }: FindingRecord): void {
    if (effect) return;
    const area = region.type === "box" ? (region.width * region.height) / SIDE / SIDE : 0.05;
    const without = 0.951 * Math.max(0, 1 - 3 * area);
    const measured = { target: 967, image: 0.951, without, only: 0.951 - without, share: 2 * area };
    setTimeout(() => {
      const push = {
        ...{ type: "effect", id, version, reason: "" },
        effect: { ...measured, area, draws: 8, without_spread: 0.02, only_spread: 0.02 },
      };
      this.#emit("msg:custom", push, []);
    }, 300);
  }

  #begin(): void {
    if (this.scenario === "live") this.#live(TOTAL);
    if (this.scenario === "idle") return;
    if (this.scenario === "live") return;
    const end = this.scenario === "done" ? TOTAL : 87;
    const known: Record<string, Status> = {
      running: "running",
      stopped: "stopped",
      error: "error",
    };
    const status = known[this.scenario] ?? "done";
    for (let i = 0; i < end; i += 10) this.#step(i, TOTAL);
    this.#step(end, TOTAL);
    const error =
      "RuntimeError in iteration 87: the loss is not finite. The score of the class is not a number; " +
      "check that the net returns logits and that mean and std fit it.";
    if (status === "done") this.#set({ _checks: CHECKS });
    this.#set({ status, error: this.scenario === "error" ? error : "" });
  }

  #live(end: number): void {
    this.#set({ status: "running", _checks: {} });
    const run = this.#run;
    const tick = () => {
      if (this.#get("status") !== "running" || run !== this.#run) return;
      this.#step(this.#now, end);
      if (this.#now >= end) {
        this.#set({ _checks: CHECKS, status: "done" });
        return;
      }
      this.#now += 1;
      setTimeout(tick, 50);
    };
    tick();
  }

  #step(iteration: number, end: number): void {
    this.#now = iteration;
    const trace: Trace = {};
    for (const each of CLASSES) {
      const scores = Array.from({ length: iteration + 1 }, (_, i) => scoreAt(each, i));
      const frames = scores.map((_, i) => i).filter((i) => i < 20 || i % 5 === 0);
      const lambdas = scores.map((_, i) => (i < 60 ? 0 : i < 120 ? 1e-4 : 5e-5));
      trace[each.index] = { scores, means: scores.map((s) => s * 0.1), frames, lambdas };
    }
    this.#set({
      _trace: trace,
      _progress: {
        run: this.#run,
        settings: Object.fromEntries(
          this.#get("_settings").fields.map(({ name }) => [name, this.#get(name as keyof Traits)]),
        ) as Record<string, SettingValue>,
        iteration,
        iterations: end,
        seconds: iteration * 0.108,
        rate: iteration > 0 ? 9.3 : 0,
      },
    });
    if (this.#get("_follow")) {
      this.#set({ iteration });
      this.#show();
    }
  }

  #show(): void {
    this.#seq += 1;
    const mask = this.#mask(this.#get("target"), this.#get("iteration"), this.#seq);
    this.#set({ _frame: mask });
  }

  #mask(target: number, iteration: number, seq = 0, run = this.#run): DataView {
    const k = Math.max(
      0,
      CLASSES.findIndex(({ index }) => index === target),
    );
    const each = CLASSES[k] as (typeof CLASSES)[number];
    const final = this.#final(target);
    const grown = 1 - Math.exp(-iteration * each.speed);
    let sum = 0;
    const data = final.map((value) => {
      const grain = ((value * 2654435761) >>> 24) / 255;
      const shown = Math.round(value * Math.min(1, grown * (0.6 + grain)));
      sum += shown;
      return shown;
    });
    return encode({
      run,
      target,
      iteration,
      side: SIDE,
      score: scoreAt(each, iteration),
      mean: sum / PLANES / 255,
      seq,
      data,
    });
  }

  /** The last mask of a class. */
  #final(target: number): Uint8Array {
    const k = Math.max(
      0,
      CLASSES.findIndex(({ index }) => index === target),
    );
    return this.scene.subarray(PLANES * (k + 1), PLANES * (k + 2));
  }

  #set(traits: Partial<Traits>): void {
    for (const [name, value] of Object.entries(traits)) this.#traits.set(name, value);
    for (const name of Object.keys(traits)) this.#emit(`change:${name}`);
  }

  #emit(event: string, ...args: unknown[]): void {
    for (const callback of this.#listeners.get(event) ?? []) callback(...args);
  }
}

function scoreAt(each: (typeof CLASSES)[number], iteration: number): number {
  const rise = 1 / (1 + Math.exp(6 - iteration * each.speed * 4));
  return Math.max(0.0001, each.reached * rise + 0.012 * Math.sin(iteration * 1.7) * rise);
}

/** A frame inside a larger buffer at an odd offset, as hosts hand them out. */
export function encode(frame: {
  run?: number;
  target: number;
  iteration?: number;
  side: number;
  score?: number;
  mean?: number;
  seq?: number;
  data: Uint8Array;
}): DataView {
  const offset = 13;
  const buffer = new ArrayBuffer(offset + 48 + frame.data.length + 7);
  const view = new DataView(buffer, offset, 48 + frame.data.length);
  for (const [i, letter] of [..."XWFR"].entries()) view.setUint8(i, letter.charCodeAt(0));
  view.setUint16(4, 1, true);
  view.setUint16(6, 48, true);
  view.setUint32(8, frame.run ?? 0, true);
  view.setInt32(12, frame.target, true);
  view.setUint32(16, frame.iteration ?? 0, true);
  view.setUint16(20, 3, true);
  view.setUint32(24, frame.side, true);
  view.setUint32(28, frame.side, true);
  view.setFloat32(32, frame.score ?? Number.NaN, true);
  view.setFloat32(36, frame.mean ?? Number.NaN, true);
  view.setUint32(40, frame.seq ?? 0, true);
  new Uint8Array(buffer, offset + 48).set(frame.data);
  return view;
}
