import type { Frame } from "../src/kernel/frame";

/** A frame of given planes, one row high. */
export function frameOf(planes: number[][], fields: Partial<Frame> = {}): Frame {
  return {
    run: 1,
    target: 0,
    iteration: 0,
    channels: planes.length,
    height: 1,
    width: planes[0]?.length ?? 0,
    score: 0.5,
    mean: 0.5,
    seq: 0,
    last: false,
    data: Uint8Array.from(planes.flat()),
    ...fields,
  };
}
