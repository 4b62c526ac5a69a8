/** What crosses the wire: the binary frame and the messages. The other side is inspector/protocol.py. */

export const PROTOCOL = 1;

const MAGIC = "XWFR";
const VERSION = 1;
const HEADER_BYTES = 48;
const FLAG_LAST = 1;

/** A decoded frame: a mask, the image or the reference, as uint8 planes (channel, row, column). */
export interface Frame {
  run: number;
  /** Class index, or -1 where the frame is not a mask. */
  target: number;
  iteration: number;
  channels: number;
  height: number;
  width: number;
  /** p(e) of exactly this mask; NaN if none. */
  score: number;
  /** Mask mean in [0, 1]; NaN if none. */
  mean: number;
  /** Sequence number to acknowledge; 0 where no acknowledgement is wanted. */
  seq: number;
  /** Last frame of its run. */
  last: boolean;
  data: Uint8Array<ArrayBuffer>;
}

/**
 * Read one frame.
 *
 * The bytes may sit anywhere in a larger buffer (hosts hand out views into one websocket message),
 * so every read honors the view's own offset. The payload is copied: a cached frame must not keep
 * the whole message alive.
 */
export function decodeFrame(view: DataView): Frame {
  const size = view.byteLength;
  if (size < HEADER_BYTES) {
    throw new Error(`A frame needs at least ${HEADER_BYTES} bytes; these are ${size}.`);
  }
  const magic = String.fromCharCode(...[0, 1, 2, 3].map((i) => view.getUint8(i)));
  if (magic !== MAGIC) {
    throw new Error(`A frame begins with "${MAGIC}"; this begins with ${JSON.stringify(magic)}.`);
  }
  const version = view.getUint16(4, true);
  if (version !== VERSION) {
    throw new Error(`This page reads frames of version ${VERSION}; the kernel sent ${version}.`);
  }
  const header = view.getUint16(6, true);
  if (header < HEADER_BYTES || header > size) {
    throw new Error(`A frame of ${size} bytes cannot have a header of ${header}.`);
  }
  const channels = view.getUint16(20, true);
  const height = view.getUint32(24, true);
  const width = view.getUint32(28, true);
  const expected = channels * height * width;
  if (expected === 0 || size - header !== expected) {
    throw new Error(
      `A frame of ${channels}×${height}×${width} needs ${expected} bytes after its header; ` +
        `there are ${size - header}.`,
    );
  }
  const data = new Uint8Array(expected);
  data.set(new Uint8Array(view.buffer, view.byteOffset + header, expected));
  return {
    run: view.getUint32(8, true),
    target: view.getInt32(12, true),
    iteration: view.getUint32(16, true),
    channels,
    height,
    width,
    score: view.getFloat32(32, true),
    mean: view.getFloat32(36, true),
    seq: view.getUint32(40, true),
    last: (view.getUint32(44, true) & FLAG_LAST) !== 0,
    data,
  };
}

/** What the page asks of the kernel. */
export type Command =
  | { type: "hello"; protocol: number }
  | { type: "run" }
  | { type: "run_more"; iterations: number }
  | { type: "stop" }
  | { type: "add"; target: number }
  | { type: "frame"; target: number; iteration: number }
  | { type: "categories" }
  | { type: "ack"; seq: number };

/** What the kernel answers. */
export type Message =
  | { type: "welcome"; protocol: number; run: number }
  | { type: "frame" }
  | { type: "categories"; names: string[] }
  | { type: "failed"; request?: Partial<Command> | null; message: string };

/** Bytes traits and message buffers reach the page as a DataView, but not on every host. */
export function asView(value: unknown): DataView | null {
  if (value instanceof DataView) return value;
  if (value instanceof ArrayBuffer) return new DataView(value);
  if (ArrayBuffer.isView(value)) {
    return new DataView(value.buffer, value.byteOffset, value.byteLength);
  }
  return null;
}
