/** The way to the kernel: whether it is there, what is asked of it, and what it replies. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { createCarrier } from "./carrier";
import { type Command, type Message, PROTOCOL, type Traits } from "./contract";
import { asView } from "./frame";
import { watchKernel } from "./host";
import type { Model } from "./model";
import { type Asked, Expected, type Reply, type Take } from "./replies";

/** How long a `hello` may stay unanswered before the other way is tried, in ms. */
const PATIENCE = 2000;
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

const STAYS = "What is here can still be viewed.";
const CELL = `${STAYS} To go on, run the cell again.`;

/** What there is to say of the kernel, where it does not simply answer. */
export const LINKS: Partial<Record<LinkState, string>> = /* @__PURE__ */ (() => ({
  silent: `The kernel does not answer: it is busy, or there is none. ${STAYS}`,
  busy: "The kernel is busy with a cell: what you ask for here waits for its end.",
  lost: `The connection to the kernel is lost; the panel goes on when it is back. ${STAYS}`,
  gone: `The kernel was shut down. ${STAYS} To go on, run the notebook again.`,
  replaced: `The kernel was restarted. ${CELL}`,
  stranger: `The kernel does not answer: it does not know this panel. ${CELL}`,
}))();

/** Where the kernel can do nothing for this panel, now or ever. */
export function isCut(state: LinkState): boolean {
  return ["lost", "gone", "replaced", "stranger"].includes(state);
}

/** Where nobody replies to what is asked. */
export function isMute(state: LinkState): boolean {
  return state === "silent" || isCut(state);
}

export interface Link {
  state: ReadonlySignal<LinkState>;
  /** Say `hello`, once a page; again after the connection changed or when a person asks. */
  hello(): void;
  /**
   * Give a command; its reply. Traits that are given travel in the same message, so that neither
   * overtakes the other.
   *
   * @param take hears of the reply at once.
   */
  ask<K extends Asked>(
    command: Extract<Command, { type: K }>,
    take?: Take<K>,
    traits?: Partial<Traits>,
  ): Promise<Reply<K>>;
  /** Acknowledge a frame. */
  acknowledge(seq: number): void;
  /** Say what may get lost: it is not sent where custom messages do not arrive. */
  mention(command: Command): void;
  write(traits: Partial<Traits>): void;
  /** True while the page itself sets traits, to tell its own change events from the kernel's. */
  readonly writing: boolean;
  /** Something came from the kernel: it is there. */
  heard(): void;
}

/**
 * @param receive takes what comes; `quiet` where it is a refusal that no person waits for.
 */
export function createLink(
  model: Model,
  receive: (message: Message, quiet: boolean) => void,
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
  const carrier = createCarrier(model, isDead, ended);
  const expected = new Expected();
  let greeted = false;
  let patience: ReturnType<typeof setTimeout> | undefined;
  let doubt: ReturnType<typeof setTimeout> | undefined;

  function hello(): void {
    clearTimeout(patience);
    clearTimeout(doubt);
    doubt = undefined;
    greeted = true;
    asked.value = "connecting";
    const greeting: Command = { type: "hello", protocol: PROTOCOL };
    const other = () => {
      carrier.greet(greeting, "trait");
      patience = setTimeout(() => {
        if (asked.value === "connecting") asked.value = "silent";
      }, PATIENCE);
    };
    const needsTrait = carrier.way === "trait";
    carrier.greet(greeting);
    if (needsTrait) other();
    else patience = setTimeout(other, PATIENCE);
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
    if (message.type === "welcome") {
      clearTimeout(patience);
      kernel.answered();
      // First: whoever hears that the kernel is there may ask at once.
      carrier.prove(message.id);
    }
    heard();
    receive(message, !expected.take(message, asView(buffers?.[0])));
  };
  model.on("msg:custom", onMessage);
  // ipywidgets says this when the connection came or went, as when a kernel was restarted.
  const onConnection = () => {
    if (greeted) hello();
  };
  model.on("comm_live_update", onConnection);
  const unlose = state.subscribe((now) => {
    if (isMute(now)) expected.clear();
  });
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
    clearTimeout(doubt);
    unwatch();
    unlose();
    expected.clear();
  });

  return {
    state,
    hello,
    heard,
    write: carrier.write,
    mention: carrier.mention,
    get writing() {
      return carrier.writing;
    },
    ask(command, take, traits) {
      expectAnswer();
      return expected.add(carrier.carry(command, traits), command, take);
    },
    acknowledge: (seq) => void carrier.carry({ type: "ack", seq }),
  };
}
