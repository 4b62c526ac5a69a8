/**
 * The rows that a page has of a listing, and the asking for others: one request is on its way, and
 * when it is answered the next is of what can be seen then. While a view flies past rows, an
 * answer would come when they are gone: they are asked for once it rests. Some hundred rows are
 * kept, those nearest to what can be seen.
 */
import type { Model } from "../kernel/model";
import { write } from "../kernel/writing";
import type { Rows as Answer, BrowserTraits, Entry } from "./contract";

/** Rows that are asked for, and let go, together. */
const CHUNK = 24;
/** Chunks in one request, at most: what comes is taken within a frame. */
const AT_ONCE = 2;
/** Chunks that are kept. */
const KEPT = 50;
/** A request unanswered for so long is made again, in ms. */
const EXPIRY = 5000;
/** A view that leapt to other rows rests once it has not done so again for so long, in ms. */
const REST = 100;

export interface Row {
  entry: Entry;
  /** Null until it is decoded, and where there is none. */
  picture: ImageBitmap | null;
  /** What is to be decoded once it is near what can be seen. */
  data: Uint8Array<ArrayBuffer> | null;
}

interface Chunk {
  rows: Row[];
  /** To be asked for anew: what it says may have changed. */
  stale: boolean;
}

interface Seen {
  first: number;
  end: number;
}

export class Rows {
  readonly #chunks = new Map<number, Chunk>();
  /** What each view shows. */
  readonly #seen = new Map<object, Seen>();
  readonly #listeners = new Set<() => void>();
  #asked: { first: number; timer: ReturnType<typeof setTimeout> } | null = null;
  #beats = 0;
  /** After a view has leapt: whether it does so on and on, so that rows wait until it rests. */
  #flight: { waits: boolean; timer: ReturnType<typeof setTimeout> } | null = null;
  #unanswered = 0;
  #closed = false;

  constructor(
    private readonly model: Model,
    private readonly decode = (data: Blob): Promise<ImageBitmap> => createImageBitmap(data),
  ) {
    model.on("msg:custom", this.#hear);
    model.on("change:_listing", this.#forget);
    model.on("change:show", this.#forget);
    model.on("change:_news", this.#renew);
  }

  /** Whether what is asked for has been missing for long: the kernel is busy, or gone. */
  get waits(): boolean {
    return this.#unanswered > 0;
  }

  at(place: number): Row | undefined {
    return this.#chunks.get(Math.floor(place / CHUNK))?.rows[place % CHUNK];
  }

  /** What is known here of a row, wherever it is listed. */
  entry(row: number): Entry | undefined {
    for (const { rows } of this.#chunks.values()) {
      const found = rows.find(({ entry }) => entry.row === row);
      if (found) return found.entry;
    }
    return undefined;
  }

  /** Say what a view shows; what is missing of that is asked for, and what comes next. */
  see(view: object, seen: Seen): void {
    const before = this.#seen.get(view);
    this.#seen.set(view, seen);
    if (before && (seen.first >= before.end || seen.end <= before.first)) this.#leap();
    this.#decodeNear();
    this.#ask();
  }

  /** Other rows are seen than a frame ago, all of them. */
  #leap(): void {
    clearTimeout(this.#flight?.timer);
    const rest = () => {
      this.#flight = null;
      this.#decodeNear();
      this.#ask();
    };
    this.#flight = { waits: this.#flight !== null, timer: setTimeout(rest, REST) };
  }

  /** Have something done when rows have come, or their pictures; what is returned ends it. */
  watch(view: object, changed: () => void): () => void {
    this.#listeners.add(changed);
    return () => {
      this.#listeners.delete(changed);
      this.#seen.delete(view);
    };
  }

  close(): void {
    this.#closed = true;
    this.model.off("msg:custom", this.#hear);
    this.model.off("change:_listing", this.#forget);
    this.model.off("change:show", this.#forget);
    this.model.off("change:_news", this.#renew);
    this.#settle();
    clearTimeout(this.#flight?.timer);
    for (const chunk of this.#chunks.values()) letGo(chunk);
    this.#chunks.clear();
  }

  #get<K extends keyof BrowserTraits>(name: K): BrowserTraits[K] {
    return this.model.get(name) as BrowserTraits[K];
  }

  readonly #forget = () => {
    for (const chunk of this.#chunks.values()) letGo(chunk);
    this.#chunks.clear();
    this.#settle();
    this.#tell();
    this.#ask();
  };

  readonly #renew = () => {
    for (const chunk of this.#chunks.values()) chunk.stale = true;
    this.#settle();
    this.#ask();
  };

  #settle(): void {
    clearTimeout(this.#asked?.timer);
    this.#asked = null;
  }

  #tell(): void {
    for (const changed of this.#listeners) changed();
  }

  /** The chunks to have: those that can be seen, then a window's worth after and before. */
  *#wanted(): Generator<number> {
    const last = Math.ceil(this.#get("_count") / CHUNK) - 1;
    const windows = [...this.#seen.values()];
    for (const by of [0, 1, -1])
      for (const { first, end } of windows) {
        const from = Math.floor((first + by * (end - first)) / CHUNK);
        const to = Math.floor((end - 1 + by * (end - first)) / CHUNK);
        for (let k = Math.max(0, from); k <= Math.min(last, to); k++) yield k;
      }
  }

  #ask(): void {
    if (this.#asked || this.#closed || this.#flight?.waits) return;
    const missing = (k: number) => this.#chunks.get(k)?.stale !== false;
    const wanted = new Set(this.#wanted());
    const start = [...wanted].find(missing);
    if (start === undefined) return;
    let end = start + 1;
    while (end < start + AT_ONCE && wanted.has(end) && missing(end)) end++;
    const first = start * CHUNK;
    const timer = setTimeout(() => {
      this.#asked = null;
      this.#unanswered++;
      this.#tell();
      this.#ask();
    }, EXPIRY);
    this.#asked = { first, timer };
    const [listing, show] = [this.#get("_listing"), this.#get("show")];
    const count = (end - start) * CHUNK;
    write(this.model, "_wanted", { listing, first, count, show, beat: ++this.#beats });
  }

  readonly #hear = (answer: Answer, buffers: DataView[]) => {
    if (answer.type !== "rows") return;
    if (answer.listing !== this.#get("_listing") || answer.show !== this.#get("show")) return;
    if (this.#asked?.first === answer.first) this.#settle();
    this.#unanswered = 0;
    this.#take(answer, buffers[0]);
    this.#tell();
    this.#ask();
  };

  #take({ first, entries }: Answer, data: DataView | undefined): void {
    let offset = 0;
    for (let from = 0; from < entries.length; from += CHUNK) {
      const number = (first + from) / CHUNK;
      const before = this.#chunks.get(number);
      const rows = entries.slice(from, from + CHUNK).map((entry): Row => {
        const at = (data?.byteOffset ?? 0) + offset;
        offset += entry.bytes;
        const bytes = data && entry.bytes ? new Uint8Array(data.buffer, at, entry.bytes) : null;
        return { entry, picture: null, data: bytes as Uint8Array<ArrayBuffer> | null };
      });
      // Until theirs are decoded, pictures stay as they were.
      if (before)
        rows.forEach((row, k) => {
          const old = before.rows[k];
          if (old && old.entry.row === row.entry.row) {
            row.picture = old.picture;
            old.picture = null;
          }
        });
      if (before) letGo(before);
      this.#chunks.set(number, { rows, stale: false });
    }
    this.#shed();
    this.#decodeNear();
  }

  /** Decode the pictures near what can be seen: what was scrolled past has cost little. */
  #decodeNear(): void {
    if (this.#flight?.waits) return;
    for (const number of this.#wanted()) {
      for (const row of this.#chunks.get(number)?.rows ?? []) void this.#draw(row, number);
    }
  }

  async #draw(row: Row, number: number): Promise<void> {
    if (!row.data) return;
    const blob = new Blob([row.data], { type: "image/webp" });
    row.data = null;
    const picture = await this.decode(blob).catch(() => null);
    if (!this.#chunks.get(number)?.rows.includes(row)) {
      picture?.close();
      return;
    }
    row.picture?.close();
    row.picture = picture;
    this.#tell();
  }

  /** Let go of the chunks that are farthest from what can be seen. */
  #shed(): void {
    const excess = this.#chunks.size - KEPT;
    if (excess <= 0) return;
    const centers = [...this.#seen.values()].map(({ first, end }) => (first + end) / 2 / CHUNK);
    const distance = (k: number) => Math.min(...centers.map((center) => Math.abs(k - center)));
    const far = [...this.#chunks.keys()].sort((a, b) => distance(b) - distance(a));
    for (const number of far.slice(0, excess)) {
      const chunk = this.#chunks.get(number);
      if (chunk) letGo(chunk);
      this.#chunks.delete(number);
    }
  }
}

function letGo(chunk: Chunk): void {
  for (const row of chunk.rows) {
    row.picture?.close();
    row.picture = null;
  }
}
