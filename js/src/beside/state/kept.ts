/** What has come so far, the least recently used first to go when it outgrows `limit` bytes. */
export class Kept<T> {
  // A Map keeps insertion order: re-inserting on use makes its first entry the oldest.
  readonly #all = new Map<string, { value: T; bytes: number }>();
  #bytes = 0;

  constructor(readonly limit: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): T | null {
    const found = this.#all.get(key);
    if (!found) return null;
    this.#all.delete(key);
    this.#all.set(key, found);
    return found.value;
  }

  /** @param spared says of another's key that it has to stay, beyond the limit too. */
  put(key: string, value: T, bytes: number, spared: (key: string) => boolean = () => false): void {
    this.drop(key);
    this.#all.set(key, { value, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#all.keys()) {
      if (this.#bytes <= this.limit || oldest === key) break;
      if (!spared(oldest)) this.drop(oldest);
    }
  }

  drop(key: string): void {
    this.#bytes -= this.#all.get(key)?.bytes ?? 0;
    this.#all.delete(key);
  }

  keys(): string[] {
    return [...this.#all.keys()];
  }
}
