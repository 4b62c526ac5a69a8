/** The wall of thumbnails above a Browser's panel, in plain DOM. */
import type { Model } from "../kernel/model";
import { write } from "../kernel/writing";
import { create, createSwitch, set } from "../support/elements";
import { createHolding } from "../support/holding";
import { isOurs, keepKeys } from "../support/keys";
import { Opening } from "../support/opening";
import { Choosing, labeled } from "./choosing";
import type { BrowserTraits, Choice, Show } from "./contract";
import { Grid } from "./grid";
import { MapOfClusters } from "./map";
import type { Rows } from "./rows";

const COUNT = new Intl.NumberFormat("en");

export class Wall {
  readonly #count = create("span", "xb-count");
  readonly #words = create("p", "xg-words");
  readonly #says = create("span", "xg-sr");
  readonly #switch: ReturnType<typeof createSwitch<Show>>;
  readonly #choosing: Choosing;
  readonly #grid: Grid;
  readonly #opening: Opening;
  readonly #hold: () => void;
  readonly #map: MapOfClusters | null = null;

  constructor(
    private readonly model: Model,
    private readonly root: HTMLElement,
    private readonly rows: Rows,
    ended: AbortSignal,
  ) {
    let waited = false;
    const unwatch = rows.watch(this, () => {
      if (rows.waits !== waited) this.#drawWords();
      waited = rows.waits;
    });
    ended.addEventListener("abort", unwatch);
    const selected = () => ({
      ...{ opened: this.#get("opened"), shown: this.#get("_shown") },
      nameOf: () => this.#get("_name"),
    });
    this.#hold = createHolding(root, ended);
    this.#opening = new Opening(root, selected, () => this.drawOpened(), ended);
    this.#choosing = new Choosing(model, ended);
    this.#grid = new Grid(model, rows, (row) => this.#open(row), ended);
    this.#switch = createSwitch<Show>(
      "Thumbnails show",
      ["evidence", "image"],
      (show) => write(model, "show", show),
      ended,
    );
    this.#count.setAttribute("role", "status");
    this.#count.setAttribute("aria-label", "Rows");
    this.#words.setAttribute("role", "status");
    this.#says.setAttribute("role", "status");
    this.#says.setAttribute("aria-label", "Browser");
    const top = create("div", "xb-top");
    top.append(this.#switch.element, labeled("Sort", this.#choosing.order), this.#count);
    const both = create("div", "xb-both");
    both.append(this.#grid.element);
    if (this.#get("_clusters").length > 0) {
      const choose = (part: Partial<Choice>) => this.#choosing.choose(part);
      this.#map = new MapOfClusters(model, choose, (row) => this.#open(row), ended);
      both.append(this.#map.element);
    }
    root.append(top, this.#choosing.element, both, this.#words, this.#says);
    keepKeys(root, isOurs, ended);
    this.drawListing();
    this.#choosing.drawWhere();
    this.drawShow();
    this.drawOpened();
    write(model, "_here", true);
  }

  #get<K extends keyof BrowserTraits>(name: K): BrowserTraits[K] {
    return this.model.get(name) as BrowserTraits[K];
  }

  drawListing(): void {
    const [count, total] = [this.#get("_count"), this.#get("_total")];
    const rows = `${COUNT.format(total)} row${total === 1 ? "" : "s"}`;
    set(this.#count, count === total ? rows : `${COUNT.format(count)} of ${rows}`);
    this.root.dataset.listing = String(this.#get("_listing"));
    this.#choosing.draw();
    this.#map?.redraw();
    this.#grid.draw();
  }

  drawChosen(): void {
    this.#choosing.drawWhere();
    this.#choosing.draw();
    this.#map?.redraw();
  }

  drawShow(): void {
    this.#switch.show(this.#get("show"));
  }

  drawPlace(): void {
    this.#grid.showOpened();
  }

  drawOpened(): void {
    this.#drawWords();
    const none = this.#get("_words");
    const open = this.#get("_shown") >= 0 && !none ? `${this.#get("_name")} is open` : "";
    set(this.#says, this.#words.textContent ? "" : this.#opening.words || open);
    this.#opening.draw();
    this.#grid.draw();
    this.#map?.redraw();
  }

  /** Where the panel would be: why there is none, or what is waited for. */
  #drawWords(): void {
    const none = this.#get("opened") === this.#get("_shown") ? this.#get("_words") : "";
    const opening = this.#opening.hasPanel ? "" : this.#opening.words;
    const waits = this.rows.waits ? "Rows come once the kernel answers." : "";
    set(this.#words, opening || (none && `${this.#get("_name")}: ${none}`) || waits);
    this.#words.classList.toggle("xg-waits", !none);
    this.#words.hidden = !this.#words.textContent;
  }

  #open(row: number): void {
    if (row === this.#get("opened")) return;
    this.#hold();
    write(this.model, "opened", row);
    this.drawOpened();
  }
}
