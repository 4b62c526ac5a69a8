/**
 * What one Inspector knows on the page, shared by all its views: the kernel's traits as signals,
 * the masks seen so far, and what a person wants to see. Views read signals and call actions.
 */
import { computed, type Signal, signal } from "@preact/signals";
import { NO_WORDS, shortOf } from "../catalog/says";
import { createLink, isCut, LINKS } from "../kernel/link";
import type { Model, Progress, Status, Traits } from "../kernel/model";
import { inflate, viewOf } from "../kernel/packed";
import { asView, decodeFrame, type Frame } from "../kernel/protocol";
import { createAlbum } from "./album";
import { createFollowing } from "./following";
import type { Notice, Store } from "./known";
import { createProbe } from "./probe";
import { createReceived } from "./received";

export type { Store } from "./known";

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

  const link = createLink(model, (...given) => receive(...given), end.signal);

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
  const adding = signal<number | null>(null);
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

  const { receive, ...received } = createReceived({
    ...{ album, starting, adding, decode, keep, advanceTo, redraw, notify },
  });
  const { names, sizes } = received;
  const following = createFollowing(model, link, listen, {
    ...{ iteration, follow, status, keyframes, probe, redraw },
  });

  // --- traits in --------------------------------------------------------------------------------

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
  onFrame();
  tellIfNot(openKept());

  // --- actions ----------------------------------------------------------------------------------

  function choose(chosen: number): void {
    if (chosen === target.peek()) return;
    probe.show(false);
    target.value = chosen;
    link.write({ target: chosen });
    redraw();
  }

  function start(type: "run" | "run_more", traits: Record<string, unknown>, count: number): void {
    following.rest();
    follow.value = true;
    starting.value = type === "run";
    probe.show(false);
    const command = type === "run" ? { type } : { type, iterations: count };
    link.sendWith({ ...traits, _follow: true }, command);
  }

  end.signal.addEventListener("abort", () => {
    for (const off of unlisten) off();
    following.rest();
    album.clear();
  });

  const iterations = trait("iterations", 0);
  const portable = trait("_portable", false);
  /** A run was begun, and what is drawn is of one before it. */
  const older = computed(() => (drawn.value?.run ?? 0) < progress.value.run);
  const offline = computed(() => {
    if (portable.value) return "This page only shows what was found.";
    if (isCut(link.state.value)) return LINKS[link.state.value] ?? "";
    return link.state.value === "silent" ? "This needs a kernel, and none answers." : "";
  });
  const missing = (wanted: number) => {
    if (portable.value || !offline.value || !drawn.value || drawn.value.target === wanted)
      return "";
    if (album.maskOf({ run: 0, target: wanted })) return "";
    const info = classes.value.find(({ index }) => index === wanted);
    return `The mask of ${info ? shortOf(info) : `class ${wanted}`} is not on this page`;
  };
  const game = trait("game", "");
  const defense = trait("defense", "");
  const sparsity = trait("sparsity", "auto");
  const made = computed(() => ({
    game: progress.value.game ?? game.value,
    defense: progress.value.defense ?? defense.value,
  }));
  /** The newest two, as the picture stays the older one's until the newer has a mask. */
  const runs = signal<[number, { game: string; defense: string }][]>([]);
  unlisten.push(
    progress.subscribe(({ run }) => {
      const others = runs.peek().filter(([number]) => number !== run);
      runs.value = [...others.slice(-1), [run, made.peek()]];
    }),
  );
  return {
    link: link.state,
    offline,
    missing,
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
    starting: computed(
      () => starting.value || (older.value && drawn.value !== null && status.value === "running"),
    ),
    names,
    adding,
    notices,
    variants,
    ran: computed(() => {
      const known = older.value && runs.value.find(([run]) => run === drawn.value?.run);
      return known ? known[1] : made.value;
    }),
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
    scrub: following.scrub,
    latest: () => following.scrub(Number.POSITIVE_INFINITY),
    add(added) {
      if (classes.peek().some(({ index }) => index === added)) return choose(added);
      adding.value = added;
      // The kernel draws the new class itself, once its turn has come.
      link.send({ type: "add", target: added });
    },
    askNames() {
      if (received.wantsNames()) link.send({ type: "categories" });
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
