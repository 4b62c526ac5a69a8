/**
 * The way to the kernel. Commands travel as custom messages; a host that drops those (marimo) is
 * served by the trait `_command` instead, after an unanswered `hello`.
 */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { type Command, type Message, PROTOCOL } from "./contract";
import { asView } from "./frame";
import { watchKernel } from "./kernel";
import type { Model } from "./model";

/** How long a `hello` may stay unanswered before the other way is tried, in ms. */
const PATIENCE = 2000;
/** Distance between two commands on the trait path, in ms: the host merges faster writes into one. */
const TRAIT_PACE = 60;

/** How long the kernel may say nothing after a command, and in the middle of a run, in ms. */
const DOUBT = { command: 4000, run: 10_000 };

/**
 * `silent`: nobody answered; there is no kernel, or it is busy. What is known better, because the host
 * tells, has its own word: `busy` with something else; not reached (`lost`); shut down (`gone`);
 * restarted (`replaced`); there, but it has never heard of this panel (`stranger`).
 */
export type LinkState =
  | "connecting"
  | "live"
  | "silent"
  | "busy"
  | "lost"
  | "gone"
  | "replaced"
  | "stranger";

const STAYS = "What is here can still be looked at.";

/** What there is to say of the kernel, where it does not simply answer. */
export const LINKS: Partial<Record<LinkState, string>> = {
  silent: `The kernel does not answer: it is busy, or there is none. ${STAYS}`,
  busy: "The kernel is busy with a cell: it will do what you ask for here once the cell has finished.",
  lost: `The connection to the kernel is lost; the panel goes on when it is back. ${STAYS}`,
  gone: `The kernel was shut down. ${STAYS} To go on, run the notebook again.`,
  replaced: `The kernel was restarted: to go on, run the cell again. ${STAYS}`,
  stranger: `The kernel does not answer: it does not know this panel. To go on, run the cell again. ${STAYS}`,
};

/** Where the kernel can do nothing for this panel, now or ever. */
export function isCut(state: LinkState): boolean {
  return ["lost", "gone", "replaced", "stranger"].includes(state);
}

export interface Link {
  state: ReadonlySignal<LinkState>;
  /** Say `hello`, once a page; again after the connection changed or when a person asks. */
  hello(): void;
  send(command: Command): void;
  /** Say what may get lost: it is not sent where custom messages do not arrive. */
  mention(command: Command): void;
  /** Set traits and give a command in one message: the command cannot overtake the traits. */
  sendWith(traits: Record<string, unknown>, command: Command): void;
  write(traits: Record<string, unknown>): void;
  /** True while the page itself sets traits, to tell its own change events from the kernel's. */
  readonly writing: boolean;
  /** Something came from the kernel: it is there. */
  heard(): void;
}

export function createLink(
  model: Model,
  receive: (message: Message, buffer: DataView | null) => void,
  ended: AbortSignal,
): Link {
  const kernel = watchKernel(model.widget_manager, ended);
  const asked = signal<"connecting" | "live" | "silent">("connecting");
  const state = computed<LinkState>(() => {
    const host = kernel.state.value;
    if (host === "lost" || host === "gone" || host === "replaced") return host;
    if (asked.value !== "silent") return asked.value;
    return host === "busy" ? "busy" : host === "idle" ? "stranger" : "silent";
  });
  const isDead = () => ["gone", "replaced"].includes(kernel.state.peek());
  let path: "message" | "trait" = "message";
  /** Whether a command is known to have arrived on that path. */
  let proven = false;
  let greeted = false;
  let writing = false;
  let lastId = 0;
  let patience: ReturnType<typeof setTimeout> | undefined;
  let pace: ReturnType<typeof setTimeout> | undefined;
  let doubt: ReturnType<typeof setTimeout> | undefined;
  const waiting: Command[] = [];
  /** What was asked for before any path was proven: sent on one that drops it, it would be lost. */
  const held: Command[] = [];

  // Ids grow across page reloads too, so that no command looks like one already carried out.
  const numbered = (command: Command) => {
    lastId = Math.max(Date.now(), lastId + 1);
    return { id: lastId, ...command };
  };

  function write(traits: Record<string, unknown>): void {
    writing = true;
    try {
      for (const [name, value] of Object.entries(traits)) model.set(name, value);
    } finally {
      writing = false;
    }
    // The host would complain of what it cannot send; a greeting finds out.
    if (!isDead() || "_command" in traits) attempt(() => model.save_changes());
  }

  function viaTrait(command: Command): void {
    // Acknowledging the newest frame acknowledges those before it.
    const last = waiting.at(-1);
    if (command.type === "ack" && last?.type === "ack") waiting.pop();
    waiting.push(command);
    if (pace === undefined) next();
  }

  function next(): void {
    pace = undefined;
    const command = waiting.shift();
    if (!command || ended.aborted) return;
    write({ _command: numbered(command) });
    pace = setTimeout(next, TRAIT_PACE);
  }

  function hello(): void {
    clearTimeout(patience);
    clearTimeout(doubt);
    doubt = undefined;
    greeted = true;
    asked.value = "connecting";
    const greeting: Command = { type: "hello", protocol: PROTOCOL };
    const other = () => {
      path = "trait";
      viaTrait(greeting);
      patience = setTimeout(() => {
        if (asked.value === "connecting") asked.value = "silent";
      }, PATIENCE);
    };
    attempt(() => model.send(greeting));
    // On the trait path it stays there: only an answered message shows that messages arrive.
    if (path === "trait") other();
    else patience = setTimeout(other, PATIENCE);
  }

  /** A `hello` arrived on this path: so does all else. */
  function prove(by: typeof path): void {
    if (by === "message" || !proven) path = by;
    proven = true;
    for (const command of held.splice(0)) deliver(command);
  }

  function deliver(command: Command): void {
    if (isDead()) return;
    if (path === "trait") viaTrait(command);
    else attempt(() => model.send(command));
  }

  function heard(): void {
    asked.value = "live";
    clearTimeout(doubt);
    doubt = model.get("status") === "running" ? setTimeout(hello, DOUBT.run) : undefined;
  }

  /** Where nothing is heard of a command, ask whether anybody is there. */
  function expectAnswer(): void {
    if (doubt !== undefined && model.get("status") !== "running") return;
    clearTimeout(doubt);
    doubt = setTimeout(hello, DOUBT.command);
  }

  const onMessage = (message: Message, buffers?: unknown[]) => {
    heard();
    if (message.type === "welcome") {
      clearTimeout(patience);
      kernel.answered();
      prove(message.id ? "trait" : "message");
    }
    receive(message, asView(buffers?.[0]));
  };
  model.on("msg:custom", onMessage);
  // ipywidgets says this when the connection came or went, as when a kernel was restarted.
  const onConnection = () => {
    if (greeted) hello();
  };
  model.on("comm_live_update", onConnection);
  // The host says that the kernel is back, or has time again.
  let before = kernel.state.peek();
  const unwatch = effect(() => {
    const now = kernel.state.value;
    const back = now === "idle" && (before === "lost" || asked.peek() === "silent");
    if (greeted && back && now !== before) hello();
    before = now;
  });
  ended.addEventListener("abort", () => {
    model.off("msg:custom", onMessage);
    model.off("comm_live_update", onConnection);
    clearTimeout(patience);
    clearTimeout(pace);
    clearTimeout(doubt);
    unwatch();
  });

  return {
    state,
    hello,
    heard,
    write,
    get writing() {
      return writing;
    },
    send(command) {
      if (command.type !== "ack") expectAnswer();
      if (command.type === "ack" || proven) deliver(command);
      else held.push(command);
    },
    mention(command) {
      if (path === "message") attempt(() => model.send(command));
    },
    sendWith(traits, command) {
      expectAnswer();
      write({ ...traits, _command: numbered(command) });
    },
  };
}

/** A model without a kernel may throw on sending; the page stays usable on what it has. */
function attempt(act: () => void): void {
  try {
    act();
  } catch (error) {
    console.warn("[xwidget] could not reach the kernel:", error);
  }
}
