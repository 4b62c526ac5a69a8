/** The image and the reference, and how any frame is read. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { asView, decodeFrame, type Frame } from "../kernel/frame";
import type { Wire } from "./wire";

/** A frame, or null where there is none or it cannot be read. */
export type Decode = (value: unknown) => Frame | null;

/** @param say is told why a frame cannot be read. */
export function createDecode(say: (text: string) => void): Decode {
  return (value) => {
    const view = asView(value);
    if (!view || view.byteLength === 0) return null;
    try {
      return decodeFrame(view);
    } catch (error) {
      say(error instanceof Error ? error.message : String(error));
      return null;
    }
  };
}

export interface Pictures {
  image: ReadonlySignal<Frame | null>;
  reference: ReadonlySignal<Frame | null>;
}

export function createPictures({ model, listen }: Wire, decode: Decode): Pictures {
  const picture = (name: "_image" | "_reference") => {
    const decoded = signal(decode(model.get(name)));
    listen(`change:${name}`, () => {
      decoded.value = decode(model.get(name));
    });
    return decoded;
  };
  return { image: picture("_image"), reference: picture("_reference") };
}
