/** One thumbnail of the wall: a place of the listing, and the row that is there. */
import { countsInWords, drawCounts } from "../support/counts";
import { create, set } from "../support/elements";
import { score } from "../support/figures";
import type { Entry } from "./contract";
import type { Row } from "./rows";

/** Side of a picture in px. */
const SIDE = 96;

/** A verdict that needs no second look has no mark. */
const MARKS: Record<string, string> = {
  doubtful: "M8 2.5l6 11H2zM8 6.5v3M8 11.3v.7",
  "no evidence": "M3.5 8h9",
  error: "M8 3.5v5.5M8 11.6v.9",
};

/** What is drawn in a cell, besides its row. */
export interface Look {
  x: number;
  y: number;
  /** Whether its row is open. */
  opened: boolean;
  /** Whether keys start from it. */
  active: boolean;
  count: number;
}

export class Cell {
  readonly element = create("div", "xb-cell");
  readonly #canvas = create("canvas");
  readonly #mark = create("span", "xb-mark");
  readonly #found = create("span", "xg-found");
  readonly #name = create("span", "xb-name");
  readonly #target = create("span", "xb-target");
  readonly #label = create("span", "xb-label");
  readonly #score = create("b");
  /** What each attribute was set to last: a browser would look at it anew though it is the same. */
  readonly #is: Record<string, string> = {};
  #drawn: ImageBitmap | null = null;
  #row: Row | null | undefined = null;
  /** Of the listing; -1 where it is not seen. */
  place = -1;

  constructor(id: string) {
    const picture = create("span", "xb-picture");
    const told = create("span", "xb-told");
    this.#canvas.width = this.#canvas.height = SIDE;
    this.element.id = id;
    this.element.setAttribute("role", "option");
    picture.append(this.#canvas, this.#mark, this.#found);
    this.#target.append(this.#label, this.#score);
    told.append(this.#name, this.#target);
    this.element.append(picture, told);
  }

  hide(): void {
    if (this.place < 0) return;
    this.place = -1;
    this.element.hidden = true;
  }

  /** Take a place that is seen. */
  take(place: number): void {
    if (this.place < 0) this.element.hidden = false;
    this.place = place;
  }

  draw(row: Row | undefined, { x, y, opened, active, count }: Look): void {
    const at = `translate(${x}px, ${y}px)`;
    if (this.#is.at !== at) {
      this.#is.at = at;
      this.element.style.transform = at;
    }
    this.#set("aria-posinset", this.place + 1);
    this.#set("aria-setsize", count);
    this.#set("aria-selected", opened);
    this.#set("data-active", active);
    if (row !== this.#row) {
      this.#row = row;
      this.#tell(row?.entry);
    }
    this.#paint(row?.picture ?? null);
  }

  #set(name: string, value: number | boolean): void {
    if (this.#is[name] === String(value)) return;
    this.#is[name] = String(value);
    this.element.setAttribute(name, String(value));
  }

  #paint(picture: ImageBitmap | null): void {
    if (picture === this.#drawn) return;
    this.#drawn = picture;
    const context = this.#canvas.getContext("2d");
    context?.clearRect(0, 0, SIDE, SIDE);
    if (!picture || !context) return;
    const fits = Math.min(SIDE / picture.width, SIDE / picture.height);
    const scale = fits < 1 ? fits : Math.floor(fits); // pixels of a small net's input are seen
    const [width, height] = [picture.width * scale, picture.height * scale];
    context.imageSmoothingEnabled = fits < 1;
    context.drawImage(picture, (SIDE - width) / 2, (SIDE - height) / 2, width, height);
  }

  #tell(entry: Entry | undefined): void {
    const kind = !entry ? "" : entry.error ? "error" : entry.verdict;
    const { dataset } = this.element;
    if (dataset.kind !== kind) {
      dataset.kind = kind;
      const path = MARKS[kind];
      this.#mark.innerHTML = path ? `<svg viewBox="-3 -3 22 22"><path d="${path}"/></svg>` : "";
    }
    drawCounts(this.#found, entry?.findings ?? []);
    set(this.#name, entry ? lastOf(entry.name) : "");
    set(this.#label, entry ? entry.target || entry.error : "…");
    set(this.#score, entry && entry.score !== null ? score(entry.score) : "");
    const lines = entry ? inWords(entry) : ["still to come"];
    this.element.title = entry ? [entry.name, ...lines].join("\n") : "";
    this.element.ariaLabel = [entry?.name ?? "A row", ...lines].join(", ");
  }
}

/** What a row says, a line each. */
function inWords(entry: Entry): string[] {
  const { error, target, label, prediction, summary } = entry;
  const truth = [
    ...(label ? [`labeled ${label}`] : []),
    ...(prediction ? [`predicted ${prediction}`] : []),
  ];
  const findings = countsInWords(entry.findings ?? []);
  if (error) return [`error: ${error}`, ...truth, ...findings];
  const figures = `evidence ${score(entry.score)}, image ${score(entry.image_score)}`;
  return [`${target}: ${figures}`, ...truth, summary, ...findings];
}

/** The end of a path: there is room for little. */
function lastOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1) || name;
}
