/** What the kernel answers, and where it goes. */
import { type Signal, signal } from "@preact/signals";
import type { Frame, Message, Sizes } from "../kernel/protocol";
import { download } from "../support/files";
import type { Album } from "./album";

/** What a message may change. */
export interface Receivers {
  album: Album;
  starting: Signal<boolean>;
  adding: Signal<number | null>;
  decode(value: unknown): Frame | null;
  keep(frame: Frame): void;
  advanceTo(run: number): void;
  redraw(): void;
  notify(text: string): void;
}

export interface Received {
  names: Signal<string[] | null>;
  sizes: Signal<Sizes | null>;
  receive(message: Message, buffer: DataView | null): void;
  /** True once, and again where the kernel refused: the names are to be asked for. */
  wantsNames(): boolean;
}

export function createReceived(to: Receivers): Received {
  const { album, starting, adding, decode, keep, advanceTo, redraw, notify } = to;
  const names = signal<string[] | null>(null);
  const sizes = signal<Sizes | null>(null);
  let asked = false;

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
        if (request?.type === "categories") asked = false;
        // A mask fetched ahead was nobody's wish, and a run beside the main one may be gone.
        const waited = request?.type !== "frame" || (album.refused(request) && !request.run);
        if (waited) notify(message.message);
        break;
      }
    }
  }

  return {
    names,
    sizes,
    receive,
    wantsNames() {
      const first = !asked;
      asked = true;
      return first;
    },
  };
}
