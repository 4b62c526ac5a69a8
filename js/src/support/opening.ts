/**
 * While an image is opened the panel of the one before still stands there. It takes nothing any more,
 * as what is done to it would be meant for the other image; and it says what comes.
 */

/** After so long it says what a person can do meanwhile, in ms. */
const LONG = 8000;

/** What is selected, and the image whose panel the kernel put up; −1 for none. */
export interface Selected {
  opened: number;
  shown: number;
  nameOf(index: number): string;
}

/** What a person is told while an image is opened; "" once it is open. */
export function openingWords({ opened, shown, nameOf }: Selected, long: boolean): string {
  if (opened < 0 || opened === shown) return "";
  const words = `Opening ${nameOf(opened)} …`;
  if (!long) return words;
  const back = shown < 0 ? "" : `; choose ${nameOf(shown)} to go on with that`;
  return `${words} It waits for the kernel${back}.`;
}

export class Opening {
  /** The image that each panel is of: it may stand there longer than the kernel says. */
  readonly #of = new WeakMap<Element, number>();
  readonly #watch: MutationObserver;
  #watched: Element | null = null;
  #awaited = -1;
  #long = false;
  #rest: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param strip the strip's own element; panels stand beside it
   * @param selected what holds now
   * @param later is called where there is something else to be said
   */
  constructor(
    private readonly strip: Element,
    private readonly selected: () => Selected,
    private readonly later: () => void,
    ended: AbortSignal,
  ) {
    this.#watch = new MutationObserver(() => this.draw());
    ended.addEventListener("abort", () => {
      this.#watch.disconnect();
      clearTimeout(this.#rest);
    });
  }

  /** Whether a panel stands there. */
  get hasPanel(): boolean {
    return this.#panels().length > 0;
  }

  get words(): string {
    return openingWords(this.selected(), this.#long);
  }

  draw(): void {
    const { opened, shown } = this.selected();
    const awaited = opened === shown ? -1 : opened;
    if (awaited !== this.#awaited) this.#await(awaited);
    for (const panel of this.#panels()) {
      if (!this.#of.has(panel)) this.#of.set(panel, shown);
      const waits = opened >= 0 && this.#of.get(panel) !== opened;
      panel.inert = waits;
      // Of what the kernel has put up already the panel is there in a moment.
      if (waits) panel.dataset.xgOpening = this.words || panel.dataset.xgOpening || "";
      else delete panel.dataset.xgOpening;
    }
  }

  #await(index: number): void {
    clearTimeout(this.#rest);
    this.#awaited = index;
    this.#long = false;
    if (index < 0) return;
    this.#rest = setTimeout(() => {
      this.#long = true;
      this.draw();
      this.later();
    }, LONG);
  }

  #panels(): HTMLElement[] {
    const box = this.strip.closest(".widget-vbox");
    if (box !== this.#watched) {
      this.#watch.disconnect();
      this.#watched = box;
      if (box) this.#watch.observe(box, { childList: true });
    }
    const all = [...(box?.children ?? [])] as HTMLElement[];
    return all.filter((each) => !each.contains(this.strip));
  }
}
