import type { Frame } from "../kernel/frame";

/**
 * The masks seen so far of one run, found by class and iteration; the least recently used go first
 * when they outgrow `limit` bytes.
 */
export class FrameCache {
  // A Map keeps insertion order: re-inserting on use makes its first entry the oldest.
  readonly #frames = new Map<string, Frame>();
  #bytes = 0;

  constructor(readonly limit: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  put(frame: Frame): void {
    const key = keyOf(frame.target, frame.iteration);
    this.#delete(key);
    this.#frames.set(key, frame);
    this.#bytes += frame.data.byteLength;
    for (const oldest of this.#frames.keys()) {
      if (this.#bytes <= this.limit || oldest === key) break;
      this.#delete(oldest);
    }
  }

  has(target: number, iteration: number): boolean {
    return this.#frames.has(keyOf(target, iteration));
  }

  /** The frame of `target` nearest to `iteration` (the earlier of two equally near), marked as used. */
  nearest(target: number, iteration: number): Frame | null {
    let best: Frame | null = null;
    let distance = Number.POSITIVE_INFINITY;
    for (const frame of this.#frames.values()) {
      if (frame.target !== target) continue;
      const d = Math.abs(frame.iteration - iteration);
      if (d < distance || (d === distance && best && frame.iteration < best.iteration)) {
        best = frame;
        distance = d;
      }
    }
    if (best) {
      const key = keyOf(best.target, best.iteration);
      this.#frames.delete(key);
      this.#frames.set(key, best);
    }
    return best;
  }

  /** The latest iteration held for `target`, or -1. */
  newest(target: number): number {
    let newest = -1;
    for (const frame of this.#frames.values()) {
      if (frame.target === target) newest = Math.max(newest, frame.iteration);
    }
    return newest;
  }

  clear(): void {
    this.#frames.clear();
    this.#bytes = 0;
  }

  #delete(key: string): void {
    const frame = this.#frames.get(key);
    if (!frame) return;
    this.#frames.delete(key);
    this.#bytes -= frame.data.byteLength;
  }
}

function keyOf(target: number, iteration: number): string {
  return `${target}/${iteration}`;
}
