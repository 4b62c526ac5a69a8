/** One thumbnail of the wall: a place of the listing, and the row that is there. */
import { countsInWords, drawCounts } from "../support/counts";
import { create, set } from "../support/elements";
import { score } from "../support/figures";
import { drawMark, MARKS } from "../support/marks";
import type { Entry } from "./contract";
import type { Row } from "./rows";

/** Side of a picture in px. */
const SIDE = 96;

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
  readonly element = create("div", "xg-thumb xb-cell");
  readonly #canvas = create("canvas");
  readonly #mark = create("span", "xg-mark");
  readonly #found = create("span", "xg-found");
  readonly #name = create("bdi");
  readonly #target = create("span", "xb-target");
  readonly #label = create("span", "xb-label");
  readonly #score = create("b");
  readonly #truth = create("span", "xb-label");
  /** What each attribute was set to last: a browser would look at it anew though it is the same. */
  readonly #is: Record<string, string> = {};
  #drawn: ImageBitmap | null = null;
  #row: Row | null | undefined = null;
  /** Of the listing; -1 where it is not seen. */
  place = -1;

  constructor(id: string) {
    const picture = create("span", "xg-picture");
    const told = create("span", "xb-told");
    this.#canvas.width = this.#canvas.height = SIDE;
    this.element.id = id;
    this.element.setAttribute("role", "option");
    picture.append(this.#canvas, this.#mark, this.#found);
    this.#target.append(this.#label, this.#score);
    this.#name.dir = "ltr";
    const name = create("span", "xb-name");
    name.append(this.#name);
    const truth = create("span", "xb-target xb-truth");
    truth.append(this.#truth);
    told.append(name, this.#target, truth);
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
    const scale = SIDE / Math.max(picture.width, picture.height);
    const [width, height] = [picture.width * scale, picture.height * scale];
    // Those of larger nets are as large as here already.
    context.imageSmoothingEnabled = scale !== 1;
    context.drawImage(
      scale > 1 ? inBlocks(picture, Math.ceil(scale)) : picture,
      ...([(SIDE - width) / 2, (SIDE - height) / 2, width, height] as const),
    );
  }

  #tell(entry: Entry | undefined): void {
    const kind = !entry ? "" : entry.error ? "error" : entry.verdict;
    const { dataset } = this.element;
    if (dataset.kind !== kind) {
      dataset.kind = kind;
      drawMark(this.#mark, MARKS[kind]);
    }
    drawCounts(this.#found, entry?.findings ?? []);
    set(this.#name, entry ? endOf(entry.name) : "");
    set(this.#label, entry ? entry.target || (entry.error && "not explained") : "…");
    set(this.#score, entry && entry.score !== null ? score(entry.score) : "");
    set(this.#truth, entry ? truthOf(entry) : "");
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

/** Where an image is not what it is taken for. */
function truthOf({ other, prediction, target }: Entry): string {
  if (other) return `is ${other}`;
  return prediction && prediction !== target ? `predicted ${prediction}` : "";
}

/** The last two parts of a path: in a folder of folders, one alone names many. */
export function endOf(name: string): string {
  return name.split("/").filter(Boolean).slice(-2).join("/") || name;
}

/**
 * Each pixel as a square of `times` a side: made smaller again, the pixels of a small net's input are
 * seen, and are alike, whatever the scale.
 */
function inBlocks(picture: ImageBitmap, times: number): HTMLCanvasElement {
  const blocks = create("canvas");
  blocks.width = picture.width * times;
  blocks.height = picture.height * times;
  const context = blocks.getContext("2d");
  if (context) {
    context.imageSmoothingEnabled = false;
    context.drawImage(picture, 0, 0, blocks.width, blocks.height);
  }
  return blocks;
}
