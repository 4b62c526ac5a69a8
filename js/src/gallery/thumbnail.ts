/** One thumbnail of a Gallery: its image, its name, how far it is and what is thought of it. */
import { countsInWords, drawCounts } from "../support/counts";
import { create, set } from "../support/elements";
import { score } from "../support/figures";
import { drawMark, MARKS } from "../support/marks";
import type { Item, Show, State } from "./contract";

export const STATES: Record<State, string> = {
  waiting: "not explained yet",
  running: "being explained",
  explained: "explained",
  stopped: "stopped",
  error: "error",
};
/** Of a verdict its own: a tick would say more than the checks do. */
const STATE_MARKS: Record<State, string> = {
  waiting: "",
  running: "",
  explained: "M3.5 8.5l3 3 6-6.5",
  stopped: "M5 5h6v6H5z",
  error: MARKS.error ?? "",
};
/** One thumbnail. */
export class Option {
  readonly element = create("div", "xg-thumb xg-option");
  readonly #image = create("img");
  readonly #mark = create("span", "xg-mark");
  readonly #bar = create("i");
  readonly #name = create("span", "xg-name");
  readonly #top = create("span", "xg-class");
  readonly #found = create("span", "xg-found");

  constructor(private readonly index: number) {
    const picture = create("span", "xg-picture");
    const bar = create("span", "xg-bar");
    bar.append(this.#bar);
    this.#image.alt = "";
    this.#image.draggable = false;
    picture.append(this.#image, this.#mark, this.#found, bar);
    this.element.setAttribute("role", "option");
    this.element.dataset.index = String(index);
    this.element.append(picture, this.#name, this.#top);
  }

  draw(item: Item, count: number): void {
    const [best] = item.top;
    const short = item.short || (best?.[0] ?? "");
    const verdict = item.state === "explained" ? item.verdict : "";
    const { dataset } = this.element;
    if (dataset.state !== item.state || dataset.verdict !== verdict) {
      dataset.state = item.state;
      dataset.verdict = verdict;
      drawMark(this.#mark, MARKS[verdict] ?? STATE_MARKS[item.state]);
    }
    this.#bar.style.width = `${100 * item.share}%`;
    set(this.#name, item.name);
    const said = best ? `${short} ${score(best[1])}` : reason(item) || "…";
    if (best) {
      const [name, value] = [create("span"), create("b")];
      name.textContent = short;
      value.textContent = score(best[1]);
      if (this.#top.textContent !== `${name.textContent}${value.textContent}`)
        this.#top.replaceChildren(name, value);
    } else set(this.#top, said);
    const place = `${this.index + 1} of ${count}`;
    const more = verdict && `: ${verdict}`;
    const state = item.state === "error" ? `error: ${item.error}` : STATES[item.state] + more;
    const found = countsInWords(item.findings ?? []);
    drawCounts(this.#found, item.findings ?? []);
    const name = [item.name, place, ...(best ? [said] : []), state, ...found].join(", ");
    if (this.element.ariaLabel !== name) this.element.ariaLabel = name;
    const classes = item.top.map(([each, value]) => `${score(value)}  ${each}`);
    const told = verdict ? [item.summary] : [];
    const title = [item.name, ...classes, state, ...told, ...found].join("\n");
    if (this.element.title !== title) this.element.title = title;
  }

  drawPicture(show: Show, picture: string, evidence: string): void {
    const source = (show === "evidence" && evidence) || picture;
    if (this.#image.getAttribute("src") !== source) {
      if (source) this.#image.src = source;
      else this.#image.removeAttribute("src");
    }
    this.element.classList.toggle("xg-faint", show === "evidence" && !evidence);
  }
}

/** What is wrong, without the quoted path before it: there is room for little, and the name stands above. */
function reason({ error }: Item): string {
  return error.replace(/^(image )?'[^']*' /, "");
}
