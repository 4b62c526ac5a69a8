/**
 * What every feature of a store is built on: the kernel's traits as signals, its messages, and
 * the link on which a feature asks.
 */
import { type Signal, signal } from "@preact/signals";
import type { Message, Push, Traits } from "../kernel/contract";
import { createLink, type Link } from "../kernel/link";
import type { Model } from "../kernel/model";

/** Messages that concern no one command, or more than who gave it. */
type Heard = "welcome" | "failed" | Push["type"];
type Of<T extends Heard> = Extract<Message | Push, { type: T }>;

export interface Wire {
  model: Model;
  link: Link;
  /** Aborted when the store is closed. */
  ended: AbortSignal;
  /** A trait as a signal that follows it. */
  trait<K extends keyof Traits>(name: K, fallback: Traits[K]): Signal<Traits[K]>;
  /** Do this when the store is closed. */
  atEnd(act: () => void): void;
  /** Hear of the model's events until the store is closed. */
  listen(event: string, callback: (...args: never[]) => void): void;
  /** Hear of the messages of one type that concern no one command. */
  on<T extends Heard>(type: T, hear: (message: Of<T>) => void): void;
}

export function createWire(model: Model, ended: AbortSignal): Wire {
  const hearers: [string, (message: never) => void][] = [];
  const ends: (() => void)[] = [];
  const atEnd = (act: () => void) => void ends.push(act);
  ended.addEventListener("abort", () => {
    for (const end of ends) end();
  });
  const listen: Wire["listen"] = (event, callback) => {
    model.on(event, callback);
    atEnd(() => model.off(event, callback));
  };
  const link = createLink(
    model,
    (message, quiet) => {
      if (quiet) return;
      for (const [type, hear] of hearers) if (type === message.type) hear(message as never);
    },
    ended,
  );
  return {
    ...{ model, link, ended, atEnd, listen },
    trait(name, fallback) {
      const read = () => (model.get(name) as typeof fallback | undefined) ?? fallback;
      const mirrored = signal(read());
      listen(`change:${name}`, () => {
        mirrored.value = read();
      });
      return mirrored;
    },
    on: (type, hear) => void hearers.push([type, hear]),
  };
}
