/** What a kernel has beside the evidence, as a page sees it: methods that take a while, their values and measures. */
import type {
  BesidePane,
  Command,
  Measured,
  Message,
  MethodEntry,
  NetMeasures,
  Traits,
} from "../src/kernel/contract";

type Answer = [message: Message, ...buffers: DataView[]];

const INSTALL = 'pip install "xwidget[methods]"';
const ALL: readonly (MethodEntry & Pick<BesidePane, "signed" | "channels">)[] = [
  method(
    "gradcam",
    "Grad-CAM",
    true,
    "Gradients of the score, averaged over the last layer’s maps.",
  ),
  method("input_gradient", "Input gradient", true, "The score’s gradient, times the input.", 3),
  method(
    "integrated_gradients",
    "Integrated Gradients",
    true,
    "Gradients along a straight line.",
    3,
  ),
  method("occlusion", "Occlusion", false, "How the score falls as a square moves over the image."),
  method("rise", "RISE", false, "The mean of random masks, weighted by their scores."),
  { ...method("lime", "LIME", false, "A linear model of superpixels."), missing: INSTALL },
];

function method(name: string, label: string, quick: boolean, about: string, channels = 1) {
  return { name, label, quick, about, missing: "", unfit: "", signed: channels === 3, channels };
}

/** Every step of a method at work, in ms. */
const STEP = 150;

export class FakeBeside {
  readonly methods: MethodEntry[] = ALL.map(({ signed, channels, ...entry }) => entry);
  #panes: BesidePane[] = [];
  #measured: Measured[] = [];
  #last = 0;

  /**
   * @param side of the image, in pixels
   * @param mask the last mask of a class, as planes
   * @param tell sets traits of the kernel
   */
  constructor(
    private readonly side: number,
    private readonly mask: (target: number) => Uint8Array,
    private readonly tell: (traits: Partial<Traits>) => void,
  ) {}

  /** The reply to one of its commands; null to any other. */
  answer(command: Command, target: number): Answer | null {
    switch (command.type) {
      case "beside_open":
        return [{ type: "done" }];
      case "beside_add":
        this.#add(command.method, target);
        return [{ type: "done" }];
      case "beside_remove":
        this.#panes = this.#panes.filter(({ id }) => id !== command.pane);
        this.tell({ _beside: this.#panes });
        return [{ type: "done" }];
      case "beside_stop":
        this.#change(command.pane, { state: "stopped" });
        return [{ type: "done" }];
      case "beside_retry":
        this.#change(command.pane, { state: "waiting", progress: 0, error: "" });
        this.#work(command.pane, target);
        return [{ type: "done" }];
      case "values":
        return this.#values(command.pane, command.target);
      case "score_area":
        return [this.#scores(command.share, command.target)];
      case "measure":
      case "randomize":
        this.#measure(command.pane, command.target, command.type === "measure");
        return [{ type: "done" }];
      case "measure_stop":
        return [{ type: "done" }];
      default:
        return null;
    }
  }

  /** The class drawn is another: what is not known of it is found out. */
  draw(target: number): void {
    for (const { id } of this.#panes) this.#work(id, target);
  }

  #add(name: string, target: number): void {
    const found = ALL.find((each) => each.name === name);
    if (!found) return;
    this.#last += 1;
    const { label, about, signed, channels } = found;
    const pane: BesidePane = {
      ...{ id: this.#last, kind: "method", name, label, about, signed, channels },
      ...{ state: "waiting", progress: 0, error: "", targets: {} },
    };
    this.#panes = [...this.#panes, pane];
    this.tell({ _beside: this.#panes });
    this.#work(pane.id, target);
  }

  #change(id: number, patch: Partial<BesidePane>): void {
    this.#panes = this.#panes.map((pane) => (pane.id === id ? { ...pane, ...patch } : pane));
    this.tell({ _beside: this.#panes });
  }

  #work(id: number, target: number): void {
    const pane = this.#panes.find((each) => each.id === id);
    if (!pane || pane.state === "stopped") return;
    if (pane.targets[target]) {
      this.#change(id, { state: "done", progress: 1 });
      return;
    }
    const quick = ALL.find(({ name }) => name === pane.name)?.quick;
    const progress = pane.state === "running" ? pane.progress + (quick ? 0.5 : 0.05) : 0;
    if (progress < 1) {
      this.#change(id, { state: "running", progress });
      setTimeout(() => this.#work(id, target), STEP);
      return;
    }
    const scale = pane.signed ? 0.0312 : 1;
    const told = { seq: id * 10_000 + target, scale, clipped: 0, unit: "", seconds: 1.4, note: "" };
    this.#change(id, {
      ...{ state: "done", progress: 1 },
      targets: { ...pane.targets, [target]: told },
    });
  }

  #values(id: number, target: number): Answer {
    const pane = this.#panes.find((each) => each.id === id);
    const [signed, channels] = pane ? [pane.signed, pane.channels] : [false, 0];
    const size = this.side ** 2;
    const view = new DataView(new ArrayBuffer(2 * (channels + 1) * size));
    const mask = this.mask(target);
    const relevance = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      const [x, y] = [(i % this.side) / this.side, Math.floor(i / this.side) / this.side];
      const near = Math.exp(-(((x - 0.5) ** 2 + (y - 0.45 - 0.03 * id) ** 2) / 0.03));
      const coarse = Math.round(near * 49) / 49;
      const noise = Math.sin(i * 12.9898 + id) * near;
      for (let c = 0; c < Math.max(1, channels); c++) {
        const shown = (mask[c * size + i] as number) / 255;
        const value = signed ? 0.5 * noise + 0.5 * shown * Math.sin(40 * x) : coarse;
        relevance[i] = (relevance[i] as number) + (pane ? value : shown);
        if (channels > 0) view.setInt16(2 * (c * size + i), Math.round(32767 * value), true);
      }
    }
    const order = [...relevance.keys()].sort(
      (a, b) => (relevance[b] as number) - (relevance[a] as number),
    );
    for (const [rank, i] of order.entries()) {
      view.setUint16(2 * (channels * size + i), Math.floor((rank * 65536) / size), true);
    }
    const told = pane?.targets[target];
    const message: Message = {
      ...{ type: "values", pane: id, target, seq: told?.seq ?? 1, scale: told?.scale ?? 1 },
      ...{ signed, channels, height: this.side, width: this.side },
    };
    return [message, view];
  }

  #scores(share: number, target: number): Message {
    const of = (id: number) => {
      const own = (id === 0 ? 0.97 : 0.8 / id) * (1 - Math.exp(-share * 12));
      return { own, image: 0.97, witness: own * 0.7, witness_image: 0.7 };
    };
    const ids = [0, ...this.#panes.filter((pane) => pane.targets[target]).map(({ id }) => id)];
    return {
      ...{ type: "area_scores", share, target },
      scores: Object.fromEntries(ids.map((id) => [id, of(id)])),
    };
  }

  #measure(pane: number, target: number, measures: boolean): void {
    const before = this.#measured.find((each) => each.pane === pane && each.target === target);
    const begun: Measured = {
      ...{ pane, target, state: "running", progress: 0, error: "" },
      ...{ measures: before?.measures ?? null, randomized: before?.randomized ?? null },
    };
    const put = (now: Measured) => {
      const others = this.#measured.filter((each) => each.pane !== pane || each.target !== target);
      this.#measured = [...others, now];
      this.tell({ _measured: this.#measured });
    };
    put(begun);
    setTimeout(() => put({ ...begun, progress: 0.5 }), 400);
    const good = pane === 0 ? 1 : 0.6;
    const found = measures
      ? {
          measures: {
            areas: [0.1, 0.2, 0.3],
            own: netMeasures("efficientnet_lite0", good),
            witness: netMeasures("mobilenet", 0.7 * good),
            seconds: 2.4,
          },
        }
      : {
          randomized: {
            ...{ similarity: 0.08, passes: true },
            words: "With random weights the picture is another: similarity 0.08.",
          },
        };
    setTimeout(() => put({ ...begun, ...found, state: "done", progress: 1 }), 800);
  }
}

function netMeasures(net: string, good: number): NetMeasures {
  const shares = Array.from({ length: 21 }, (_, k) => k / 20);
  const falls = shares.map((share) => 0.95 * Math.exp(-share * 9 * good));
  const rises = shares.map((share) => 0.95 * (1 - Math.exp(-share * 12 * good)));
  const curve = (scores: number[]) => ({
    ...{ shares, scores },
    height: scores.reduce((sum, each) => sum + each, 0) / scores.length,
  });
  return {
    ...{ net: net, image: 0.95 },
    ...{ sufficiency: [0.6 * good, 0.9 * good, 0.94 * good] },
    ...{ comprehensiveness: [0.4 * good, 0.7 * good, 0.8 * good] },
    ...{ deletion: curve(falls), insertion: curve(rises) },
    road: curve(shares.map((share) => 0.95 * (1 - share * good))),
  };
}
