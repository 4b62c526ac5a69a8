/** The binary frame: a mask or a picture with its header. The other side is xwidget/frames.py. */

/** "XWFR" as its four bytes. */
const MAGIC = "58574652";
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
  const refuse = (words: string): never => {
    throw new Error(words);
  };
  const size = view.byteLength;
  if (size < HEADER_BYTES)
    refuse(`frame too short: ${size} bytes, the header alone has ${HEADER_BYTES}`);
  const magic = view.getUint32(0).toString(16);
  if (magic !== MAGIC) refuse(`not a frame: begins with ${magic}, expected ${MAGIC}`);
  const version = view.getUint16(4, true);
  if (version !== VERSION) refuse(`frame version ${version} is not supported, expected ${VERSION}`);
  const header = view.getUint16(6, true);
  if (header < HEADER_BYTES)
    refuse(`frame header size ${header} is too small, expected at least ${HEADER_BYTES}`);
  if (header > size) refuse(`frame header of ${header} bytes does not fit into ${size} bytes`);
  const channels = view.getUint16(20, true);
  const height = view.getUint32(24, true);
  const width = view.getUint32(28, true);
  const shape = `${channels}x${height}x${width}`;
  const expected = channels * height * width;
  if (expected === 0) refuse(`frame has no pixels: ${shape}`);
  if (size - header !== expected)
    refuse(`frame payload has ${size - header} bytes, ${shape} needs ${expected}`);
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

/** Write a mask as a frame: the bytes that decodeFrame reads. */
export function encodeFrame(frame: Frame): DataView<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + frame.data.length));
  view.setUint32(0, Number.parseInt(MAGIC, 16));
  view.setUint16(4, VERSION, true);
  view.setUint16(6, HEADER_BYTES, true);
  view.setUint32(8, frame.run, true);
  view.setInt32(12, frame.target, true);
  view.setUint32(16, frame.iteration, true);
  view.setUint16(20, frame.channels, true);
  view.setUint32(24, frame.height, true);
  view.setUint32(28, frame.width, true);
  view.setFloat32(32, frame.score, true);
  view.setFloat32(36, frame.mean, true);
  view.setUint32(40, frame.seq, true);
  view.setUint32(44, frame.last ? FLAG_LAST : 0, true);
  new Uint8Array(view.buffer, HEADER_BYTES).set(frame.data);
  return view;
}

/** A frame of one pixel stands for one color everywhere: this writes it out. */
export function spread(frame: Frame, height: number, width: number): Frame {
  if (frame.height * frame.width !== 1) return frame;
  const data = new Uint8Array(frame.channels * height * width);
  for (let c = 0; c < frame.channels; c++) {
    data.fill(frame.data[c] as number, c * height * width, (c + 1) * height * width);
  }
  return { ...frame, height, width, data };
}

/** Bytes traits and message buffers reach the page as a DataView, but not on every host. */
export function asView(value: unknown): DataView | null {
  if (value instanceof DataView) return value;
  if (value instanceof ArrayBuffer) return new DataView(value);
  if (ArrayBuffer.isView(value)) {
    return new DataView(value.buffer, value.byteOffset, value.byteLength);
  }
  return null;
}
