/**
 * How a command reaches the kernel: as a custom message, or in the trait `_command` where the host
 * drops messages (marimo) or where it must not overtake traits. This is decided here, nowhere else.
 */
import type { Command, Traits } from "./contract";
import type { Model } from "./model";

/** Distance between two commands in the trait, in ms: the host merges faster writes into one. */
const TRAIT_PACE = 60;

type Way = "message" | "trait";
type Numbered = Command & { id: number };

export interface Carrier {
  /**
   * Carry a command, together with traits where some are given; its number, by which the reply
   * names it. What is carried before a way is known to lead to the kernel waits for that.
   */
  carry(command: Command, traits?: Partial<Traits>): number;
  /** Carry what may get lost: it is not sent where messages do not arrive. */
  mention(command: Command): void;
  /** Carry a greeting, by message at first, to find out which way leads to the kernel. */
  greet(greeting: Command, way?: Way): void;
  /** The way that is tried first. */
  readonly way: Way;
  /** A greeting was answered: all else goes the way that it went. */
  prove(id: number | undefined): void;
  write(traits: Partial<Traits>): void;
  /** True while the page itself sets traits, to tell its own change events from the kernel's. */
  readonly writing: boolean;
}

/** @param isDead tells that nothing can arrive, which the host would complain of. */
export function createCarrier(model: Model, isDead: () => boolean, ended: AbortSignal): Carrier {
  let way: Way = "message";
  /** Whether a command is known to have arrived that way. */
  let proven = false;
  let writing = false;
  let lastId = 0;
  let pace: ReturnType<typeof setTimeout> | undefined;
  /** What waits for the trait, and what waits for a way: on one that drops it, it would be lost. */
  const waiting: Numbered[] = [];
  const held: Numbered[] = [];
  /** Greetings that went by trait. */
  const byTrait = new Set<number>();

  // Ids grow across page reloads too, so that no command looks like one already carried out.
  function numbered(command: Command): Numbered {
    lastId = Math.max(Date.now(), lastId + 1);
    return { id: lastId, ...command };
  }

  function write(traits: Partial<Traits>): void {
    writing = true;
    try {
      for (const [name, value] of Object.entries(traits)) model.set(name, value);
    } finally {
      writing = false;
    }
    // The host would complain of what it cannot send; a greeting finds out.
    if (!isDead() || "_command" in traits) attempt(() => model.save_changes());
  }

  function viaMessage(command: Numbered): void {
    const { buffer, ...content } = command as Numbered & { buffer?: DataView };
    if (buffer) attempt(() => model.send(content, undefined, [buffer]));
    else attempt(() => model.send(content));
  }

  function viaTrait(command: Numbered): void {
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
    write({ _command: command });
    pace = setTimeout(next, TRAIT_PACE);
  }

  function deliver(command: Numbered): void {
    if (isDead()) return;
    if (way === "trait") viaTrait(command);
    else viaMessage(command);
  }

  ended.addEventListener("abort", () => clearTimeout(pace));

  return {
    write,
    get way() {
      return way;
    },
    get writing() {
      return writing;
    },
    carry(command, traits) {
      const made = numbered(command);
      if (traits) write({ ...traits, _command: made });
      else if (command.type === "ack" || proven) deliver(made);
      else held.push(made);
      return made.id;
    },
    mention(command) {
      if (way === "message") viaMessage(numbered(command));
    },
    greet(greeting, by = "message") {
      const made = numbered(greeting);
      if (by === "message") return viaMessage(made);
      way = "trait";
      byTrait.add(made.id);
      viaTrait(made);
    },
    prove(id) {
      // Once the trait was needed, it stays: only an answered message shows that messages arrive.
      const by = id !== undefined && byTrait.has(id) ? "trait" : "message";
      if (by === "message" || !proven) way = by;
      proven = true;
      for (const command of held.splice(0)) deliver(command);
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
