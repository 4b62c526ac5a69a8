/**
 * What every feature of a store is built on: the kernel's traits as signals, its messages by type,
 * and the link on which a feature asks.
 */
import { type Signal, signal } from "@preact/signals";
import type { FailedRequest, Message, Traits } from "../kernel/contract";
import { createLink, type Link } from "../kernel/link";
import type { Model } from "../kernel/model";

type Of<T extends Message["type"]> = Extract<Message, { type: T }>;

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
  /** Take the messages of one type; one feature each. */
  on<T extends Message["type"]>(
    type: T,
    take: (message: Of<T>, buffer: DataView | null) => void,
  ): void;
  /** Hear that a command was refused; false where no person waited for it. */
  onRefused(type: string, hear: (request: FailedRequest) => boolean | undefined): void;
  /** Tell whose command was refused; whether a person waited for it. */
  refused(request: FailedRequest | null | undefined): boolean;
}

export function createWire(model: Model, ended: AbortSignal): Wire {
  const takers = new Map<string, (message: never, buffer: DataView | null) => void>();
  const hearers = new Map<string, (request: FailedRequest) => boolean | undefined>();
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
    (message, buffer) => takers.get(message.type)?.(message as never, buffer),
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
    on: (type, take) => void takers.set(type, take),
    onRefused: (type, hear) => void hearers.set(type, hear),
    refused: (request) => (request && hearers.get(request.type ?? "")?.(request)) ?? true,
  };
}
