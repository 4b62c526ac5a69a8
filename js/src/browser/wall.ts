/** The wall of thumbnails above a Browser's panel, in plain DOM. */
import type { Model } from "../kernel/model";
import { write } from "../kernel/writing";
import { create, createSwitch, set } from "../support/elements";
import { createHolding } from "../support/holding";
import { isOurs, keepKeys } from "../support/keys";
import { Opening } from "../support/opening";
import { Choosing, labeled } from "./choosing";
import type { BrowserTraits, Choice, Show } from "./contract";
import { Following } from "./following";
import { Grid } from "./grid";
import { MapOfClusters } from "./map";
import type { Rows } from "./rows";

/** A panel that is lower is still to be drawn, in px. */
const DRAWN = 200;

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
  readonly #refresh = create("button", "xb-refresh");
  readonly #came = create("span", "xb-came");
  readonly #both = create("div", "xb-both");
  readonly #none = create("div", "xb-none");
  readonly #about = create("p", "xb-about");
  readonly #following: Following;
  /** Names of the rows that are opened and open: the list may be another meanwhile. */
  #names: [number, string][] = [];
  #map: MapOfClusters | null = null;

  constructor(
    private readonly model: Model,
    private readonly root: HTMLElement,
    private readonly rows: Rows,
    private readonly ended: AbortSignal,
  ) {
    let waited = false;
    const unwatch = rows.watch(this, () => {
      if (rows.waits !== waited) this.#drawWords();
      waited = rows.waits;
    });
    ended.addEventListener("abort", unwatch);
    const selected = () => ({
      ...{ opened: this.#get("opened"), shown: this.#get("_shown") },
      nameOf: (row: number) => this.#nameOf(row),
    });
    this.#hold = createHolding(root, ended);
    this.#opening = new Opening(root, selected, () => this.drawOpened(), ended);
    this.#following = new Following(root, () => this.#below(), ended);
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
    set(this.#refresh, "Refresh");
    this.#refresh.title = "Take in what has been written to the store since";
    this.#refresh.addEventListener("click", () => this.#look(), { signal: ended });
    this.#came.setAttribute("role", "status");
    this.#came.setAttribute("aria-label", "Refresh");
    const end = create("div", "xb-end");
    end.append(this.#came, this.#count, this.#refresh);
    top.append(this.#switch.element, labeled("Sort", this.#choosing.order), end);
    const legend = create("p", "xb-legend");
    set(legend, "Number: score of the evidence alone. “is”: the true class, where it is another.");
    this.#both.append(this.#grid.element, this.#none);
    this.#drawNone();
    root.append(top, this.#choosing.element, legend, this.#both, this.#words, this.#about);
    root.append(this.#says);
    keepKeys(root, isOurs, ended);
    this.drawMap();
    this.drawListing();
    this.drawRefreshed();
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
    this.#grid.element.hidden = count === 0;
    this.#none.hidden = count > 0;
    this.#choosing.draw();
    this.drawRefreshed();
    this.#map?.redraw();
    this.#grid.draw();
  }

  /** What stands in the place of a list of nothing. */
  #drawNone(): void {
    const [words, all] = [create("span"), create("button")];
    set(words, "No row matches.");
    set(all, "Show all");
    all.addEventListener("click", () => this.#choosing.all(), { signal: this.ended });
    this.#none.append(words, all);
  }

  /** Clusters may be made while the wall is there. */
  drawMap(): void {
    if (this.#map) {
      this.#map.element.hidden = this.#get("_clusters").length === 0;
      this.#map.redraw();
    } else if (this.#get("_clusters").length > 0) {
      const choose = (part: Partial<Choice>) => this.#choosing.choose(part);
      this.#map = new MapOfClusters(this.model, choose, (row) => this.#open(row), this.ended);
      this.#both.append(this.#map.element);
    }
  }

  drawRefreshed(): void {
    const { asked, listing, words } = this.#get("_refreshed");
    const found = listing === this.#get("_listing") ? words : "";
    set(this.#came, this.#get("_refresh") === asked ? found : "looking…");
  }

  #look(): void {
    write(this.model, "_refresh", this.#get("_refresh") + 1);
    this.drawRefreshed();
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
    const shown = this.#get("_shown");
    const open = shown >= 0 && !none ? `${this.#nameOf(shown)} is open` : "";
    set(this.#says, this.#words.textContent ? "" : this.#opening.words || open);
    this.#drawAbout();
    this.#opening.draw();
    this.#grid.draw();
    this.#map?.redraw();
    this.#following.follow();
  }

  /** Above the panel: whose it is, and what becomes of what is done there. */
  #drawAbout(): void {
    const shown = this.#get("_shown");
    this.#about.hidden = shown < 0 || this.#get("_words") !== "";
    const [name, classes] = [create("b"), this.#get("_classes")];
    set(name, this.#nameOf(shown));
    const kept = "What is run here is not kept in the store.";
    this.#about.replaceChildren(name, `${classes && `: ${classes}`}. `, kept);
  }

  #nameOf(row: number): string {
    const [named] = this.#get("_place");
    const kept = this.#names.find(([each]) => each === row)?.[1];
    const found = named === row ? this.#get("_name") : (this.rows.entry(row)?.name ?? kept);
    return found || "the row";
  }

  /** What a person who has opened a row wants to see; null while it is not there. */
  #below(): Element | null {
    if (this.#get("opened") !== this.#get("_shown")) return null;
    if (!this.#words.hidden) return this.#words;
    const panel = this.root.closest(".widget-vbox")?.lastElementChild;
    const there = panel instanceof HTMLElement && !panel.contains(this.root);
    return there && panel.offsetHeight >= DRAWN ? this.#about : null;
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
    const opened = this.#get("opened");
    if (row !== opened) {
      this.#names = [opened, row].map((each) => [each, this.#nameOf(each)]);
      this.#hold();
      write(this.model, "opened", row);
      this.drawOpened();
    }
    this.#following.begin();
  }
}
