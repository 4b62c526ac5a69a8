/**
 * What one Inspector knows on the page, shared by all its views: the kernel's traits as signals,
 * the masks seen so far, and what a person wants to see. Views read signals and call actions.
 */
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { type Album, createAlbum } from "./album";
import { download } from "./files";
import { createLink, isCut, LINKS, type LinkState } from "./link";
import { byAPerson, fromPage } from "./linked";
import type {
  Checked,
  Choices,
  ClassInfo,
  Model,
  Progress,
  Sparsity,
  Status,
  Trace,
  Traits,
  Variant,
  Words,
} from "./model";
import { inflate, viewOf } from "./packed";
import { createProbe, type Probe } from "./probe";
import {
  asView,
  type Comparison,
  decodeFrame,
  type Frame,
  type Message,
  type Sizes,
} from "./protocol";
import { NO_WORDS } from "./says";
import { nearest } from "./timeline";
import type { Said } from "./views";

/** Quiet time after the last scrub before the kernel hears of it, in ms. */
const SCRUB_PAUSE = 150;

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

export function createStore(model: Model): Store {
  const end = new AbortController();
  const unlisten: (() => void)[] = [];
  const trait = <K extends keyof Traits>(name: K, fallback: Traits[K]): Signal<Traits[K]> => {
    const read = () => (model.get(name) as Traits[K] | undefined) ?? fallback;
    const mirrored = signal(read());
    listen(`change:${name}`, () => {
      mirrored.value = read();
    });
    return mirrored;
  };
  const listen = (event: string, callback: (...args: never[]) => void) => {
    model.on(event, callback);
    unlisten.push(() => model.off(event, callback));
  };

  const error = trait("error", "");
  const notices = signal<Notice[]>([]);
  let noticeId = 0;
  const notify = (text: string) => {
    if (text === error.peek() || notices.value.some((notice) => notice.text === text)) return;
    noticeId += 1;
    notices.value = [...notices.value.slice(-2), { id: noticeId, text }];
  };
  /** A frame, or null with the reason said in the panel. */
  const decode = (value: unknown): Frame | null => {
    const view = asView(value);
    if (!view || view.byteLength === 0) return null;
    try {
      return decodeFrame(view);
    } catch (error) {
      notify(error instanceof Error ? error.message : String(error));
      return null;
    }
  };
  const picture = (name: "_image" | "_reference") => {
    const decoded = signal(decode(model.get(name)));
    listen(`change:${name}`, () => {
      decoded.value = decode(model.get(name));
    });
    return decoded;
  };

  const link = createLink(model, receive, end.signal);

  const trace = trait("_trace", {});
  const readProgress = (): Progress => ({
    ...{ run: 0, iteration: 0, iterations: 0, seconds: 0, rate: 0 },
    ...(model.get("_progress") as Partial<Progress> | undefined),
  });
  const progress = signal(readProgress());
  const classes = trait("_classes", []);
  const said = trait("status", "idle");
  /** A kernel that ended in the middle of a run could not say that it has. */
  const status = computed<Status>(() => {
    const ended = isCut(link.state.value) && link.state.value !== "lost";
    return ended && said.value === "running" ? "stopped" : said.value;
  });
  const target = signal((model.get("target") as number | undefined) ?? -1);
  const iteration = signal((model.get("iteration") as number | undefined) ?? 0);
  const follow = signal((model.get("_follow") as boolean | undefined) ?? true);
  const drawn = signal<Frame | null>(null);
  const starting = signal(false);
  const names = signal<string[] | null>(null);
  const adding = signal<number | null>(null);
  const sizes = signal<Sizes | null>(null);
  const variants = trait("_variants", []);
  const album = createAlbum(
    { target, iteration, follow, status, classes, trace, variants },
    link,
    progress.value.run,
  );
  const { keyframes } = album;
  const probe = createProbe(
    (bytes) => link.write({ _probe: bytes }),
    trait<"_probed">("_probed", {}),
  );
  const edited = decode(model.get("_probe"));
  probe.restore(edited);
  probe.show(edited?.target === target.peek() && edited.iteration === iteration.peek());

  let named = false;
  let scrubTimer: ReturnType<typeof setTimeout> | undefined;

  // --- frames in --------------------------------------------------------------------------------

  /** A newer run makes every mask of the old one stale; the picture stays until its first mask. */
  function advanceTo(run: number): void {
    if (!album.advanceTo(run)) return;
    starting.value = false;
    probe.show(false);
  }

  function keep(frame: Frame): void {
    advanceTo(frame.run);
    if (album.put(frame)) redraw();
  }

  function onFrame(): void {
    const frame = decode(model.get("_frame"));
    if (!frame) return;
    // At once and once a model: the kernel's pace depends on it, not on drawing.
    if (frame.seq > 0) link.send({ type: "ack", seq: frame.seq });
    keep(frame);
  }

  /** Choose what is drawn: the wanted mask, or the nearest of its class until that one comes. */
  function redraw(): void {
    const last = keyframes.peek().at(-1);
    if (follow.peek() && last !== undefined) iteration.value = last;
    const best = album.best();
    if (best) drawn.value = best;
    album.pump();
  }

  // --- messages in ------------------------------------------------------------------------------

  function receive(message: Message, buffer: DataView | null): void {
    switch (message.type) {
      case "welcome":
        advanceTo(message.run);
        redraw();
        break;
      case "frame": {
        const frame = decode(buffer);
        if (frame) keep(frame);
        album.answered(frame);
        break;
      }
      case "categories":
        names.value = message.names;
        break;
      case "sizes":
        sizes.value = message;
        break;
      case "saved":
      case "exported":
        if (buffer) download(message.name, buffer as DataView<ArrayBuffer>);
        break;
      case "failed": {
        const request = message.request;
        if (request?.type === "views") break; // a kernel that is older than the page
        if (request?.type === "run") starting.value = false;
        if (request?.type === "add") adding.value = null;
        if (request?.type === "categories") named = false;
        // A mask fetched ahead was nobody's wish, and a run beside the main one may be gone.
        const waited = request?.type !== "frame" || (album.refused(request) && !request.run);
        if (waited) notify(message.message);
        break;
      }
    }
  }

  // --- traits in --------------------------------------------------------------------------------

  let moving = false;

  /**
   * Go where the kernel went. Looked at once all that it said is in: marimo announces the traits of
   * one message one by one, and `iteration` means something else with every `_follow` and `_progress`.
   */
  function moved(): void {
    if (link.writing || moving) return;
    moving = true;
    queueMicrotask(() => {
      moving = false;
      const followed = follow.peek();
      follow.value = model.get("_follow") as boolean;
      const asked = model.get("iteration") as number;
      // A busy kernel may not know yet that the page stopped following: its live steps don't count.
      const live = status.peek() === "running" && asked === readProgress().iteration;
      if (!follow.peek() && !(live && !followed) && asked !== iteration.peek()) {
        probe.show(false);
        iteration.value = asked;
      }
      redraw();
    });
  }

  listen("change:_frame", () => {
    link.heard();
    onFrame();
  });
  /** The last masks of all classes: what a saved notebook can show without a kernel. */
  async function openKept(): Promise<void> {
    const kept = Object.values((model.get("_kept") as Traits["_kept"] | undefined) ?? {});
    for (const packed of kept) {
      const frame = decode(viewOf(await inflate(packed)));
      if (frame && !end.signal.aborted) keep(frame);
    }
  }
  const tellIfNot = (opening: Promise<void>) =>
    opening.catch((error: unknown) => notify(`What the notebook kept cannot be read: ${error}`));

  listen("change:_kept", () => tellIfNot(openKept()));
  listen("change:_progress", () => {
    progress.value = readProgress();
    advanceTo(progress.value.run);
  });
  listen("change:_trace", redraw);
  listen("change:_variants", () => {
    album.changed();
    redraw();
  });
  listen("change:_probe", () => {
    if (link.writing) return;
    probe.restore(decode(model.get("_probe")));
  });
  listen("change:status", () => {
    if (status.peek() !== "running") starting.value = false; // stopped before its first mask
    redraw();
  });
  unlisten.push(
    link.state.subscribe((state) => {
      if (state !== "silent" && !isCut(state)) return;
      starting.value = false; // nobody will begin it: the mask that there is stays
      adding.value = null;
    }),
  );
  listen("change:_classes", () => {
    if (classes.peek().some(({ index }) => index === adding.peek())) adding.value = null;
  });
  // What the kernel refused it also says in `error`, which is shown already.
  listen("change:error", () => {
    notices.value = notices.value.filter(({ text }) => text !== error.peek());
  });
  listen("change:target", () => {
    if (link.writing) return;
    probe.show(false);
    target.value = model.get("target") as number;
    redraw();
  });
  listen("change:_follow", moved);
  /**
   * While a run is followed, what another Inspector or a slider is linked to says is no wish, unless
   * a person is at it: two runs that pull each other along would both be left behind. The host is
   * about to send the value to the kernel, which is why it is put back at once, and in silence.
   */
  let own = model.get("iteration");
  listen("change:iteration", (...given: never[]) => {
    if (!link.writing && fromPage(given) && follow.peek() && model.get("_live")) {
      if (!byAPerson()) {
        model.set("iteration", own, { silent: true });
        return;
      }
      setFollow(false);
    }
    own = model.get("iteration");
    moved();
  });
  onFrame();
  tellIfNot(openKept());

  // --- actions ----------------------------------------------------------------------------------

  function setFollow(value: boolean): void {
    if (follow.peek() === value) return;
    follow.value = value;
    link.write({ _follow: value });
  }

  function choose(chosen: number): void {
    if (chosen === target.peek()) return;
    probe.show(false);
    target.value = chosen;
    link.write({ target: chosen });
    redraw();
  }

  function scrub(wanted: number): void {
    const frames = keyframes.peek();
    const frame = nearest(frames, wanted);
    if (frame < 0) return;
    const newest = frame === frames.at(-1);
    const leaves = follow.peek() && !newest;
    batch(() => {
      probe.show(false);
      iteration.value = frame;
      setFollow(newest);
      redraw();
    });
    clearTimeout(scrubTimer);
    // While the person's act can be seen: what is linked follows it, and leaves its run too.
    if (leaves && model.get("_live")) link.write({ iteration: frame });
    // While the kernel follows, it moves `iteration` itself.
    if (newest && status.peek() === "running") return;
    scrubTimer = setTimeout(() => {
      if (iteration.peek() !== model.get("iteration")) link.write({ iteration: iteration.peek() });
    }, SCRUB_PAUSE);
  }

  function start(type: "run" | "run_more", traits: Record<string, unknown>, count: number): void {
    clearTimeout(scrubTimer);
    follow.value = true;
    starting.value = type === "run";
    probe.show(false);
    const command = type === "run" ? { type } : { type, iterations: count };
    link.sendWith({ ...traits, _follow: true }, command);
  }

  end.signal.addEventListener("abort", () => {
    for (const off of unlisten) off();
    clearTimeout(scrubTimer);
    album.clear();
  });

  const iterations = trait("iterations", 0);
  const game = trait("game", "");
  const defense = trait("defense", "");
  const portable = trait("_portable", false);
  const sparsity = trait("sparsity", "auto");
  return {
    link: link.state,
    offline: computed(() => {
      if (portable.value) return "This page only shows what was found.";
      if (isCut(link.state.value)) return LINKS[link.state.value] ?? "";
      return link.state.value === "silent" ? "This needs a kernel, and none answers." : "";
    }),
    image: picture("_image"),
    reference: picture("_reference"),
    classes,
    trace,
    checks: trait("_checks", {}),
    progress,
    choices: trait("_choices", { game: [], defense: [] }),
    words: trait("_words", NO_WORDS),
    netName: trait("_net_name", ""),
    game,
    defense,
    sparsity,
    iterations,
    status,
    error,
    portable,
    target,
    iteration,
    follow,
    drawn,
    keyframes,
    starting,
    names,
    adding,
    notices,
    variants,
    ran: computed(() => ({
      game: progress.value.game ?? game.value,
      defense: progress.value.defense ?? defense.value,
    })),
    changed: computed(() => {
      if (starting.value) return false;
      const made = progress.value;
      const differs = (of: unknown, set: unknown) => of !== undefined && of !== set;
      return (
        made.run === 0 ||
        differs(made.game, game.value) ||
        differs(made.defense, defense.value) ||
        differs(made.sparsity, sparsity.value) ||
        differs(made.asked, iterations.value)
      );
    }),
    probe,
    maskOf: album.maskOf,
    watch: album.watch,
    compare: (by) => link.send({ type: "compare", by }),
    sizes,
    askSizes() {
      sizes.value = null;
      link.send({ type: "sizes" });
    },
    save: (frames) => link.send({ type: frames === "all" ? "save" : "save_last" }),
    exportPage: () => link.send({ type: "export" }),
    say: notify,
    run: (settings = {}) => start("run", { ...settings }, 0),
    runMore: () => start("run_more", {}, iterations.peek()),
    stop: () => link.send({ type: "stop" }),
    setIterations: (count) => link.write({ iterations: count }),
    choose,
    scrub,
    latest: () => scrub(Number.POSITIVE_INFINITY),
    add(added) {
      if (classes.peek().some(({ index }) => index === added)) return choose(added);
      adding.value = added;
      // The kernel draws the new class itself, once its turn has come.
      link.send({ type: "add", target: added });
    },
    askNames() {
      if (named) return;
      named = true;
      link.send({ type: "categories" });
    },
    dismiss(id) {
      notices.value = notices.value.filter((notice) => notice.id !== id);
    },
    shows(said) {
      if (!portable.peek()) link.mention({ type: "views", ...said });
    },
    connect: link.hello,
    close: () => end.abort(),
  };
}
