/** The list of thumbnails: of all that are listed there are elements for those alone that can be seen. */
import type { Model } from "../kernel/model";
import { create } from "../support/elements";
import { onceAFrame } from "../support/frames";
import { Cell } from "./cell";
import type { BrowserTraits } from "./contract";
import { CELL, type Layout, layOut, moved, reveal, windowOf } from "./layout";
import type { Rows } from "./rows";

export class Grid {
  readonly element = create("div", "xb-list");
  readonly #box = create("div", "xb-box");
  readonly #cells: Cell[] = [];
  readonly #id = `xb-${Math.random().toString(36).slice(2)}`;
  readonly #later: () => void;
  #layout: Layout = layOut(0, CELL.width);
  #listing = -1;
  /** The place that keys start from. */
  #active = 0;
  /** The row that was brought into sight, or chosen here, last. */
  #opened = -1;

  constructor(
    private readonly model: Model,
    private readonly rows: Rows,
    private readonly open: (row: number) => void,
    ended: AbortSignal,
  ) {
    this.element.setAttribute("role", "listbox");
    this.element.setAttribute("aria-label", "Explanations");
    this.element.tabIndex = 0;
    this.#box.setAttribute("role", "presentation");
    this.element.append(this.#box);
    this.#later = onceAFrame(() => this.draw(), ended);
    this.#listen(ended);
    const unwatch = rows.watch(this, this.#later);
    const resized = new ResizeObserver(() => this.draw());
    resized.observe(this.element);
    ended.addEventListener("abort", () => {
      unwatch();
      resized.disconnect();
    });
  }

  #get<K extends keyof BrowserTraits>(name: K): BrowserTraits[K] {
    return this.model.get(name) as BrowserTraits[K];
  }

  /** Draw what can be seen now. */
  draw(): void {
    this.#renew();
    const { clientHeight, scrollTop } = this.element;
    const { first, end, shift } = windowOf(this.#layout, scrollTop, clientHeight);
    this.rows.see(this, { first, end: Math.max(first + 1, end) });
    this.#place(first, end);
    const { columns, count } = this.#layout;
    const opened = this.#get("opened");
    let active = "";
    for (const cell of this.#cells) {
      const { place } = cell;
      if (place < 0) continue;
      const row = this.rows.at(place);
      const isActive = place === this.#active;
      if (isActive) active = cell.element.id;
      cell.draw(row, {
        x: (place % columns) * CELL.width,
        y: Math.floor(place / columns) * CELL.height + shift,
        opened: row !== undefined && row.entry.row === opened,
        active: isActive,
        count,
      });
    }
    if (active) this.element.setAttribute("aria-activedescendant", active);
    else this.element.removeAttribute("aria-activedescendant");
  }

  /** Bring a row that was opened elsewhere into sight, once, where it is listed. */
  showOpened(): void {
    const [row, place] = this.#get("_place");
    if (row === this.#opened || row !== this.#get("opened")) return;
    this.#opened = row;
    if (place >= 0) this.#move(place);
  }

  /** See to it that there is a cell for each place: one keeps its place while that can be seen. */
  #place(first: number, end: number): void {
    const wanted = new Set(Array.from({ length: end - first }, (_, k) => first + k));
    const free = this.#cells.filter(({ place }) => !wanted.delete(place));
    for (const place of wanted) {
      const cell = free.pop() ?? this.#add();
      cell.take(place);
    }
    for (const cell of free) cell.hide();
  }

  #renew(): void {
    const [count, listing] = [this.#get("_count"), this.#get("_listing")];
    const { columns } = this.#layout;
    this.#layout = layOut(count, this.element.clientWidth);
    const other = listing !== this.#listing;
    if (!other && columns === this.#layout.columns) return;
    this.#listing = listing;
    this.#box.style.height = `${this.#layout.height}px`;
    // No higher than its rows, however few.
    this.element.style.maxHeight = `${Math.max(CELL.height, this.#layout.height)}px`;
    // What has been written since is put in where the list is.
    const goesOn = !other || this.#get("_refreshed").listing === listing;
    if (!goesOn) this.#active = this.element.scrollTop = 0;
    else if (!other) this.#reveal(this.#active);
    this.#active = Math.max(0, Math.min(count - 1, this.#active));
  }

  #reveal(place: number): void {
    const { scrollTop, clientHeight } = this.element;
    const to = reveal(this.#layout, place, scrollTop, clientHeight);
    if (to !== scrollTop) this.element.scrollTop = to;
  }

  #move(place: number): void {
    this.#active = place;
    this.#reveal(place);
    this.draw();
  }

  #add(): Cell {
    const cell = new Cell(`${this.#id}-${this.#cells.length}`);
    this.#cells.push(cell);
    this.#box.append(cell.element);
    return cell;
  }

  #choose(place: number): void {
    this.#active = place;
    const row = this.rows.at(place)?.entry.row;
    if (row !== undefined) {
      this.#opened = row;
      this.open(row);
    }
    this.draw();
  }

  #listen(signal: AbortSignal): void {
    this.element.addEventListener("scroll", this.#later, { signal, passive: true });
    this.element.addEventListener(
      "click",
      ({ target }) => {
        const cell = this.#cells.find(({ element }) => element.contains(target as Node));
        if (cell) this.#choose(cell.place);
      },
      { signal },
    );
    this.element.addEventListener(
      "keydown",
      (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
        const to = moved(event.key, this.#active, this.#layout, this.element.clientHeight);
        const enter = event.key === "Enter" || event.key === " ";
        if ((to === undefined && !enter) || this.#layout.count === 0) return;
        event.preventDefault();
        if (to === undefined) this.#choose(this.#active);
        else this.#move(to);
      },
      { signal },
    );
  }
}
