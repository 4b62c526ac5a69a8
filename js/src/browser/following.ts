/**
 * What a person opens may lie below what can be seen. It is brought there once it is drawn, unless the
 * person has gone on meanwhile; what Python opens never moves the page.
 */
export class Following {
  #wanted = false;
  #watched: Element | null = null;
  readonly #resized = new ResizeObserver(() => this.follow());

  /**
   * @param root the wall's own element; panels stand beside it
   * @param target what is to be seen, once it is there
   */
  constructor(
    private readonly root: Element,
    private readonly target: () => Element | null,
    ended: AbortSignal,
  ) {
    for (const type of ["wheel", "pointerdown", "touchmove"])
      document.addEventListener(type, () => this.#stop(), {
        ...{ signal: ended, capture: true, passive: true },
      });
    ended.addEventListener("abort", () => this.#stop());
  }

  /** A person has opened something. */
  begin(): void {
    this.#wanted = true;
    this.#watched = this.root.closest(".widget-vbox");
    if (this.#watched) this.#resized.observe(this.#watched);
    this.follow();
  }

  /** Something may be there now. */
  follow(): void {
    const target = this.#wanted ? this.target() : null;
    if (!target) return;
    this.#stop();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    target.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
  }

  #stop(): void {
    this.#wanted = false;
    this.#resized.disconnect();
  }
}
