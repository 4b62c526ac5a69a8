/**
 * Masks asked of the kernel. At most two requests are on their way; of those that a person waits
 * for only the newest wishes are kept, and fetching ahead uses one place only.
 */
export interface Want {
  target: number;
  iteration: number;
  /** A run beside the main one; undefined for the main run. */
  run?: number | undefined;
}

const WINDOW = 2;
/** A request unanswered for this long is written off, in ms. */
const EXPIRY = 5000;

interface Sent extends Want {
  ahead: boolean;
  timer: ReturnType<typeof setTimeout>;
}

export class Requests {
  #sent: Sent[] = [];
  #next: Want[] = [];
  /** Refused, or answered with another mask: asking again would give the same. */
  readonly #settled = new Set<string>();

  constructor(
    /** `came` is to be told which iteration came; null for none, undefined where nobody answers. */
    private readonly send: (
      want: Want,
      came: (iteration: number | null | undefined) => void,
    ) => void,
    /** Called when a place came free and nothing waited for it. */
    private readonly idle: () => void,
  ) {}

  /** Ask for what is wanted now, in place of anything wanted before and not yet sent. */
  want(wants: readonly Want[]): void {
    this.#next = wants.filter((want) => !this.#known(want));
    this.#flush();
  }

  /** Ask for what may be wanted later. False where it is known already, so that the next is tried. */
  ahead(want: Want): boolean {
    if (this.#known(want)) return false;
    if (this.#sent.length === 0) this.#post(want, true);
    return true;
  }

  /** Whether a person waits for this one. */
  isWanted(want: Want): boolean {
    return this.#sent.some((sent) => keyOf(sent) === keyOf(want) && !sent.ahead);
  }

  clear(): void {
    for (const sent of this.#sent) clearTimeout(sent.timer);
    this.#sent = [];
    this.#next = [];
    this.#settled.clear();
  }

  #known(want: Want): boolean {
    const key = keyOf(want);
    return this.#settled.has(key) || this.#sent.some((sent) => keyOf(sent) === key);
  }

  #post(want: Want, ahead: boolean): void {
    const sent: Sent = {
      ...want,
      ahead,
      timer: setTimeout(() => this.#free(sent), EXPIRY),
    };
    this.#sent.push(sent);
    this.send(want, (iteration) => {
      if (iteration !== undefined && iteration !== want.iteration) this.#settled.add(keyOf(want));
      this.#free(sent);
    });
  }

  #free(sent: Sent): void {
    const index = this.#sent.indexOf(sent);
    if (index < 0) return;
    this.#sent.splice(index, 1);
    clearTimeout(sent.timer);
    this.#flush();
    if (this.#sent.length === 0) this.idle();
  }

  #flush(): void {
    while (this.#sent.length < WINDOW) {
      const want = this.#next.shift();
      if (!want) return;
      this.#post(want, false);
    }
  }
}

function keyOf(want: Partial<Want>): string {
  return `${want.run ?? 0}/${want.target}/${want.iteration}`;
}
