/** The strip of thumbnails above a Gallery's panel, in plain DOM. */
import type { Model } from "../kernel/model";
import { write } from "../kernel/writing";
import { create, createSwitch, set } from "../support/elements";
import { createHolding } from "../support/holding";
import { focused, keepKeys, origin } from "../support/keys";
import { Opening } from "../support/opening";
import type { Item, Show, StripTraits } from "./contract";
import { Option, STATES } from "./thumbnail";

/** How long the view must rest before the kernel hears of it, in ms. */
const REST = 150;

/** The thumbnails in a row, and what is said of them. */
export class Strip {
  readonly #list = create("div", "xg-list");
  readonly #count = create("span", "xg-count");
  readonly #words = create("p", "xg-words");
  readonly #says = create("span", "xg-sr");
  readonly #pause = create("button", "xg-pause");
  readonly #switch: ReturnType<typeof createSwitch<Show>>;
  readonly #options: Option[];
  readonly #opening: Opening;
  readonly #hold: () => void;
  /** The option that Tab reaches. */
  #active = 0;

  constructor(
    private readonly model: Model,
    private readonly root: HTMLElement,
    private readonly ended: AbortSignal,
  ) {
    this.#options = this.#items.map((_, index) => new Option(index));
    const selected = () => ({
      ...{ opened: this.#opened, shown: this.#get("_shown") },
      nameOf: (index: number) => this.#items[index]?.name ?? "",
    });
    this.#hold = createHolding(root, ended);
    this.#opening = new Opening(root, selected, () => this.#say(), ended);
    this.#list.setAttribute("role", "listbox");
    this.#list.setAttribute("aria-label", "Images");
    this.#list.setAttribute("aria-orientation", "horizontal");
    this.#list.append(...this.#options.map(({ element }) => element));
    this.#says.setAttribute("role", "status");
    this.#says.setAttribute("aria-label", "Gallery");
    this.#words.setAttribute("role", "status");
    this.#words.id = `xg-${Math.random().toString(36).slice(2)}`;
    const top = create("div", "xg-top");
    const shows = create("span", "xg-show");
    const label = create("span");
    set(label, "Thumbnails");
    label.ariaHidden = "true";
    this.#switch = createSwitch<Show>(
      "Thumbnails show",
      ["image", "evidence"],
      (value) => this.#write("show", value),
      ended,
    );
    shows.append(label, this.#switch.element);
    top.append(shows, this.#count, this.#pause);
    root.append(top, this.#list, this.#words, this.#says);

    this.#listen();
    this.#watch();
    this.drawItems();
    this.drawPictures();
    this.drawOpened(true);
    this.#write("_here", true);
  }

  #get<K extends keyof StripTraits>(name: K): StripTraits[K] {
    return this.model.get(name) as StripTraits[K];
  }

  get #items(): Item[] {
    return this.#get("_items");
  }

  get #opened(): number {
    return this.#get("opened");
  }

  drawItems(): void {
    const items = this.#items;
    items.forEach((item, index) => {
      this.#options[index]?.draw(item, items.length);
    });
    const explained = items.filter(({ state }) => state === "explained").length;
    const good = items.filter(({ state }) => state !== "error").length;
    const paused = this.#get("paused");
    const status = this.#get("status");
    const all = explained === good && good > 0 && status !== "running";
    set(
      this.#count,
      `${explained} of ${good} explained${paused && !all ? ", only the open image runs" : ""}`,
    );
    set(this.#pause, paused ? "Go on" : "Pause");
    this.#pause.title = paused
      ? "Explain the other images, too, one after another"
      : "Explain only the image that is open";
    this.#pause.hidden = all || good === 0;
    this.root.dataset.status = status;
    this.#opening.draw();
    this.#drawWords();
    if (this.#says.textContent) this.#sayOpened();
  }

  drawPictures(): void {
    const pictures = this.#get("_pictures");
    const evidence = this.#get("_evidence");
    const show = this.#get("show");
    this.#switch.show(show);
    this.#options.forEach((option, index) => {
      option.drawPicture(show, pictures[index] ?? "", evidence[index] ?? "");
    });
  }

  drawOpened(first = false): void {
    const opened = this.#opened;
    if (!first) this.#hold();
    this.#options.forEach(({ element }, index) => {
      element.setAttribute("aria-selected", String(index === opened));
    });
    // The focus stays with whoever is at work in the strip.
    if (opened >= 0 && !this.#list.contains(focused(this.#list))) this.#activate(opened, first);
    else this.#activate(this.#active, first);
    this.#opening.draw();
    this.#drawWords();
    if (!first) this.#sayOpened();
  }

  drawShown(): void {
    this.drawItems();
    this.#sayOpened();
  }

  #say(): void {
    this.#drawWords();
    this.#sayOpened();
  }

  /** For who cannot see it; of the image as it is now. */
  #sayOpened(): void {
    const item = this.#items[this.#opened];
    const opening = this.#opening.words;
    // What is said where the panel would be is said once.
    const shown = this.#words.hidden ? "" : this.#words.textContent;
    if (!item || (shown && (shown === opening || shown.startsWith(`${item.name}: `))))
      set(this.#says, "");
    else set(this.#says, opening || item.error || `${item.name} is open, ${STATES[item.state]}`);
  }

  /** Where the panel would be: what is wrong with the image that is open, or what is waited for. */
  #drawWords(): void {
    const item = this.#items[this.#get("_shown")];
    const wrong = item?.state === "error" && item.top.length === 0 ? item.error : "";
    const opening = this.#opening.hasPanel ? "" : this.#opening.words;
    const words = opening || (wrong && `${item?.name}: ${wrong}`);
    set(this.#words, words);
    this.#words.classList.toggle("xg-waits", opening !== "");
    this.#words.hidden = !words;
  }

  #open(index: number): void {
    this.#activate(index);
    if (index === this.#opened) return;
    this.#write("opened", index);
    this.drawOpened();
  }

  #write<K extends keyof StripTraits>(name: K, value: StripTraits[K]): void {
    write(this.model, name, value);
  }

  /** Make this the option that Tab reaches, and bring it into sight; the page stays where it is. */
  #activate(index: number, at_once = false): void {
    this.#active = Math.min(Math.max(0, index), this.#options.length - 1);
    this.#options.forEach(({ element }, i) => {
      element.tabIndex = i === this.#active ? 0 : -1;
    });
    const element = this.#options[this.#active]?.element;
    if (!element) return;
    const [left, right] = [element.offsetLeft, element.offsetLeft + element.offsetWidth];
    const { scrollLeft, clientWidth } = this.#list;
    const edge = 24;
    const to =
      left - edge < scrollLeft
        ? left - edge
        : right + edge > scrollLeft + clientWidth
          ? right + edge - clientWidth
          : scrollLeft;
    const behavior = at_once || matchMedia("(prefers-reduced-motion)").matches ? "auto" : "smooth";
    if (to !== scrollLeft) this.#list.scrollTo({ left: to, behavior });
  }

  #listen(): void {
    const signal = this.ended;
    const index = (event: Event) =>
      this.#options.findIndex(({ element }) => element.contains(event.target as Node));
    this.#list.addEventListener(
      "click",
      (event) => {
        const at = index(event);
        if (at < 0) return;
        this.#open(at);
        this.#options[at]?.element.focus({ preventScroll: true });
      },
      { signal },
    );
    this.#list.addEventListener(
      "keydown",
      (event) => {
        if (!isOurs(event)) return;
        const last = this.#options.length - 1;
        const at = this.#active;
        const to = { ArrowLeft: at - 1, ArrowUp: at - 1, ArrowRight: at + 1, ArrowDown: at + 1 };
        event.preventDefault();
        if (event.key === "Enter" || event.key === " ") this.#open(at);
        else if (event.key === "Home") this.#activate(0);
        else if (event.key === "End") this.#activate(last);
        else this.#activate(Math.min(last, to[event.key as keyof typeof to]));
        this.#options[this.#active]?.element.focus({ preventScroll: true });
      },
      { signal },
    );
    this.#pause.addEventListener(
      "click",
      () => {
        this.#write("paused", !this.#get("paused"));
        this.drawItems();
      },
      { signal },
    );
    keepKeys(this.root, isOurs, signal);
  }

  /** Tell the kernel which images can be seen: those are explained first. */
  #watch(): void {
    const seen = new Set<number>();
    let rest: ReturnType<typeof setTimeout> | undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          const index = Number((target as HTMLElement).dataset.index);
          if (isIntersecting) seen.add(index);
          else seen.delete(index);
        }
        clearTimeout(rest);
        rest = setTimeout(() => {
          // An empty view is one scrolled away: what was seen last still comes first.
          if (seen.size > 0)
            this.#write(
              "_visible",
              [...seen].sort((a, b) => a - b),
            );
        }, REST);
      },
      { threshold: 0.5 },
    );
    for (const { element } of this.#options) observer.observe(element);
    this.ended.addEventListener("abort", () => {
      observer.disconnect();
      clearTimeout(rest);
    });
  }
}

function isOurs(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false;
  const element = origin(event);
  if (element?.tagName === "INPUT") return event.key !== "Tab";
  if (element?.tagName === "BUTTON") return event.key === "Enter" || event.key === " ";
  return /^(Arrow(Left|Right|Up|Down)|Home|End|Enter| )$/.test(event.key);
}
