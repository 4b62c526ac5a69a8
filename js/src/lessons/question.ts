/** One question of a step: the form, the commit, and what is said then. */
import { create, set } from "../support/elements";
import type { Asked, Given } from "./contract";
import { type Fields, fieldsOf } from "./form";
import { feedbackTo, manyOf, openKey } from "./key";

/** Called with what is committed, and the seconds since the question was shown. */
type Commit = (value: unknown, seconds: number) => void;

let made = 0;

export class QuestionBox {
  readonly element = create("form", "xl-question");
  readonly #set = create("fieldset");
  readonly #fields: Fields | null;
  readonly #commit = create("button", "xl-commit");
  readonly #again = create("button", "xl-quiet");
  readonly #said = create("div", "xl-feedback");
  readonly #note = create("p", "xl-note");
  readonly #since = performance.now();
  #shown: Given | undefined;
  /** What was committed last. */
  #given: unknown;
  /** Whether nothing is drawn yet: an answer that is there then was given before. */
  #first = true;

  constructor(
    private readonly asked: Asked,
    private readonly commit: Commit,
  ) {
    const id = `xl-q${++made}`;
    const legend = create("legend");
    legend.innerHTML = asked.prompt; // made of Markdown, without HTML of its own
    const changed = () => this.#update();
    this.#fields = asked.panel ? null : fieldsOf(asked, id, changed);
    this.#set.append(legend);
    if (this.#fields) this.#set.append(this.#fields.element);
    if (asked.several) legend.append(note(manyOf(openKey(asked.key))));
    this.#note.setAttribute("role", "status");
    if (asked.panel) {
      legend.className = "xl-sr"; // the panel shows it where it is answered
      this.#set.append(this.#note);
    }
    set(this.#commit, "Commit my answer");
    set(this.#again, "Answer again");
    this.#commit.type = "submit";
    this.#said.setAttribute("role", "status");
    const row = create("p", "xl-row");
    row.append(this.#commit, this.#again);
    this.element.append(this.#set, row, this.#said);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#give();
    });
    this.#again.addEventListener("click", () => {
      this.#open();
      this.#set.querySelector<HTMLElement>("input, select, textarea")?.focus();
    });
    this.#open();
  }

  /** Keep a text that was written but not committed: there is nothing that it would give away. */
  settle(): void {
    if (this.asked.kind === "text" && this.#fields?.value !== this.#given) this.#give();
  }

  #give(): void {
    const value = this.#fields?.value ?? null;
    if (value === null || this.#set.disabled) return;
    this.#given = value;
    this.commit(value, (performance.now() - this.#since) / 1000);
  }

  /** Show the newest answer; none where it has gone. */
  draw(given: Given | undefined): void {
    const first = this.#first;
    this.#first = false;
    // Another tab's are equal, but never the same.
    if (JSON.stringify(given) === JSON.stringify(this.#shown)) return;
    // Who has committed goes on from here: what is disabled has no focus.
    const inside = this.element.contains(
      (this.element.getRootNode() as Document | ShadowRoot).activeElement,
    );
    this.#shown = given;
    if (!given) {
      this.#given = undefined;
      this.#fields?.show(null);
      this.#open();
      return;
    }
    const key = openKey(this.asked.key);
    this.#fields?.show(given.value);
    this.#fields?.mark(given.value, key.answer);
    this.#set.disabled = this.#fields !== null;
    this.#commit.hidden = true;
    this.#again.hidden = this.#fields === null;
    if (this.asked.panel) {
      // What it is worth, and feedback, the panel tells once it is revealed.
      set(
        this.#note,
        first
          ? inWords(given)
          : "Your guess is kept. Reveal the evidence in the panel, then go on.",
      );
      return;
    }
    this.#said.replaceChildren(...this.#told(given, feedbackTo(given, key)));
    this.#said.dataset.right = String(given.right);
    if (inside && !this.#again.hidden) this.#again.focus({ preventScroll: true });
  }

  #told(given: Given, feedback: string): HTMLElement[] {
    const verdict = create("p", "xl-verdict");
    const [right, wrong] =
      given.kind === "number" ? ["Close enough.", "Not close."] : ["Right.", "Not right."];
    set(verdict, given.right === null ? "Your answer is kept." : given.right ? right : wrong);
    const more = create("div", "xl-more");
    more.innerHTML = feedback; // as the prompt
    return feedback ? [verdict, more] : [verdict];
  }

  #open(): void {
    this.#set.disabled = false;
    set(this.#note, "Answer in the panel.");
    this.#fields?.mark(null, null);
    this.#commit.hidden = this.#fields === null;
    this.#again.hidden = true;
    this.#said.replaceChildren();
    delete this.#said.dataset.right;
    this.#update();
  }

  #update(): void {
    this.#commit.disabled = (this.#fields?.value ?? null) === null;
  }
}

/** An answer that was given in the panel, without its result: it may not be revealed yet. */
function inWords({ value, result }: Given): string {
  if (typeof result.area === "number")
    return `You marked ${Math.round(100 * result.area)}% of the photo.`;
  return `Your answer: ${Array.isArray(value) ? value.join(", ") : value}`;
}

function note(text: string): HTMLElement {
  const element = create("span", "xl-note");
  set(element, text);
  return element;
}
