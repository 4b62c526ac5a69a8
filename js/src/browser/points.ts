/** The points of a map of clusters, as xwidget/browser/scatter.py packs them. */

const BYTES = 12;
const PLACES = 65535;

export type Corner = [number, number];

export class Points {
  readonly count: number;
  readonly row: Uint32Array;
  /** x, y of each in [0, 1], y down. */
  readonly place: Float32Array;
  readonly cluster: Uint16Array;
  /** The mean place of each cluster. */
  readonly middles: [number, Corner][];

  constructor(data: DataView) {
    const count = Math.floor(data.byteLength / BYTES);
    this.count = count;
    this.row = new Uint32Array(count);
    this.place = new Float32Array(2 * count);
    this.cluster = new Uint16Array(count);
    for (let k = 0; k < count; k++) {
      const at = k * BYTES;
      this.row[k] = data.getUint32(at, true);
      this.place[2 * k] = data.getUint16(at + 4, true) / PLACES;
      this.place[2 * k + 1] = data.getUint16(at + 6, true) / PLACES;
      this.cluster[k] = data.getUint16(at + 8, true);
    }
    this.middles = this.#middles();
  }

  #middles(): [number, Corner][] {
    const sums = new Map<number, [number, number, number]>();
    for (let k = 0; k < this.count; k++) {
      const [x, y] = this.at(k);
      const cluster = this.cluster[k] ?? 0;
      const sum = sums.get(cluster) ?? [0, 0, 0];
      sums.set(cluster, [sum[0] + x, sum[1] + y, sum[2] + 1]);
    }
    return [...sums].map(([cluster, [x, y, count]]) => [cluster, [x / count, y / count]]);
  }

  at(k: number): Corner {
    return [this.place[2 * k] ?? 0, this.place[2 * k + 1] ?? 0];
  }

  /** The point nearest to a place, at most so far from it; -1 for none. */
  nearest(x: number, y: number, most: number): number {
    let found = -1;
    let least = most * most;
    for (let k = 0; k < this.count; k++) {
      const [px, py] = this.at(k);
      const [dx, dy] = [px - x, py - y];
      const square = dx * dx + dy * dy;
      if (square > least) continue;
      found = k;
      least = square;
    }
    return found;
  }
}

/** Whether a point is listed, by its bit. */
export function bit(bits: DataView | null, k: number): boolean {
  return bits === null || ((bits.getUint8(k >> 3) >> (k & 7)) & 1) === 1;
}

/** At most so many corners of a line, evenly taken. */
export function thinned(corners: readonly Corner[], most: number): Corner[] {
  if (corners.length <= most) return [...corners];
  const step = corners.length / most;
  return Array.from({ length: most }, (_, k) => corners[Math.floor(k * step)] as Corner);
}
