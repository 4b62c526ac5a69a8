/** What is read of a lesson, in plain DOM: a step's text, pictures and questions, and the way on. */
import type { Model } from "../kernel/model";
import { write } from "../kernel/writing";
import { create, set } from "../support/elements";
import { download } from "../support/files";
import { isOurs, keepKeys } from "../support/keys";
import {
  answerTo,
  countOf,
  fileName,
  fileOf,
  type Get,
  isOpen,
  onceThere,
  reachable,
} from "./answers";
import type { SheetTraits, StepOf } from "./contract";
import { QuestionBox } from "./question";

/** What else a host says and does. */
export interface Host {
  /** Whether and where answers are kept, in words; "" where nothing needs to be said. */
  kept?(): string;
  /** Answers that are in a file, where the host counts them. */
  readonly saved?: number;
  /** Is told how many answers are in a file now. */
  save?(count: number): void;
}

export class Sheet {
  readonly #head = create("header", "xl-head");
  readonly #title = create("p", "xl-title");
  readonly #count = create("span", "xl-count");
  readonly #dots = create("ol", "xl-dots");
  readonly #heading = create("h2", "xl-heading");
  readonly #body = create("div", "xl-body");
  readonly #back = create("button", "xl-back");
  readonly #next = create("button", "xl-next");
  readonly #waits = create("span", "xl-waits");
  readonly #words = create("p", "xl-problem");
  readonly #mine = create("details", "xl-mine");
  readonly #sum = create("summary");
  readonly #name = create("input", "xl-name");
  readonly #save = create("button", "xl-quiet");
  readonly #reset = create("button", "xl-quiet");
  readonly #really = create("span", "xl-really");
  readonly #kept = create("p", "xl-kept");
  readonly #says = create("span", "xl-sr");
  readonly #get: Get;
  #questions = new Map<string, QuestionBox>();
  #drawn = -1;
  #beats = Date.now() % 1e9;
  /** Answers that are in a file, where no host counts them. */
  #saved = 0;
  /** Number of answers once the kernel has taken all that were given. */
  #due = 0;
  #saving = false;

  constructor(
    private readonly model: Model,
    readonly root: HTMLElement,
    ended: AbortSignal,
    private readonly host: Host = {},
  ) {
    this.#get = <K extends keyof SheetTraits>(name: K) => model.get(name) as SheetTraits[K];
    this.#build();
    this.#listen(ended);
    const changes: [string, (told?: unknown) => void][] = [
      ["change:step", () => this.#go()],
      ["change:answers", () => this.#drawAnswers()],
      ["change:student", () => this.#drawStudent()],
      ["change:_words", () => this.#drawWords()],
      ["change:_shown", () => this.#drawWords()],
      ["msg:custom", (told) => this.#refused(told as { message?: string })],
    ];
    for (const [event, draw] of changes) model.on(event, draw);
    ended.addEventListener("abort", () => {
      for (const [event, draw] of changes) model.off(event, draw);
      root.replaceChildren();
    });
    this.#drawStep();
    this.#drawStudent();
    write(model, "_here", true);
  }

  get #steps(): readonly StepOf[] {
    return this.#get("_steps");
  }

  get #step(): StepOf | undefined {
    return this.#steps[this.#get("step")];
  }

  // What there is.

  #build(): void {
    const nav = create("nav", "xl-nav");
    nav.setAttribute("aria-label", "Steps");
    set(this.#title, this.#get("_title"));
    this.#dots.append(
      ...this.#steps.map((step, k) => {
        const [item, button] = [create("li"), create("button", "xl-dot")];
        button.ariaLabel = `Step ${k + 1}: ${step.title}`;
        button.title = step.title;
        item.append(button);
        return item;
      }),
    );
    nav.append(this.#dots, this.#count);
    this.#head.append(this.#title, nav);
    this.#heading.tabIndex = -1;
    const article = create("article", "xl-step");
    article.append(this.#heading, this.#body, this.#words);
    const way = create("p", "xl-way");
    set(this.#back, "Back");
    this.#waits.id = unique();
    this.#next.setAttribute("aria-describedby", this.#waits.id);
    way.append(this.#back, this.#next, this.#waits, this.#says);
    this.#fillMine();
    this.root.append(this.#head, article, way, this.#mine);
    for (const heard of [this.#words, this.#waits, this.#says])
      heard.setAttribute("role", "status");
    this.root.setAttribute("role", "region");
    this.root.setAttribute("aria-label", `Lesson: ${this.#get("_title")}`);
  }

  /** What is the student's own: name, file, begin again. */
  #fillMine(): void {
    const mine = create("div");
    const label = create("label");
    const said = create("span");
    set(said, "Your name");
    Object.assign(this.#name, { type: "text", maxLength: 200, autocomplete: "name" });
    label.append(said, this.#name);
    set(this.#save, "Save my answers");
    set(this.#reset, "Start again");
    const [question, yes, no] = [
      create("span"),
      create("button", "xl-quiet"),
      create("button", "xl-quiet"),
    ];
    set(question, "Really? Your answers here will be deleted.");
    set(yes, "Delete and start again");
    set(no, "Keep them");
    this.#really.hidden = true;
    this.#really.setAttribute("role", "group");
    this.#really.append(question, yes, no);
    yes.addEventListener("click", () => {
      this.#ask(false);
      this.#due = 0;
      write(this.model, "_reset", ++this.#beats);
      this.#heading.focus();
    });
    no.addEventListener("click", () => {
      this.#ask(false);
      this.#reset.focus();
    });
    mine.append(label, this.#save, this.#reset, this.#really);
    if (this.host.kept) mine.append(this.#kept);
    this.drawKept();
    this.#mine.append(this.#sum, mine);
  }

  #ask(open: boolean): void {
    this.#really.hidden = !open;
    this.#reset.hidden = open;
    if (open) this.#really.querySelectorAll("button")[1]?.focus();
  }

  #listen(signal: AbortSignal): void {
    const on = (element: HTMLElement, act: (event: Event) => void, type = "click") =>
      element.addEventListener(type, act, { signal });
    on(this.#back, () => this.#open(this.#get("step") - 1));
    on(this.#next, () => this.#open(this.#get("step") + 1));
    on(this.#dots, (event) => {
      const at = [...this.#dots.children].findIndex((each) => each.contains(event.target as Node));
      if (at >= 0) this.#open(at);
    });
    on(this.#name, () => write(this.model, "student", this.#name.value), "change");
    on(this.#save, () => {
      if (this.#saving) return;
      this.#settle();
      // A name that is still being typed.
      if (this.#name.value !== this.#get("student")) write(this.model, "student", this.#name.value);
      this.#saving = true;
      onceThere(this.model, this.#due, () => this.#toFile());
    });
    on(this.#reset, () => this.#ask(true));
    keepKeys(this.root, isOurs, signal);
  }

  #toFile(): void {
    this.#saving = false;
    this.#due = 0;
    download(fileName(this.#get), fileOf(this.#get));
    this.#saved = this.#get("answers").length;
    this.host.save?.(this.#saved);
    this.#drawAnswers();
    this.#say(`Saved ${fileName(this.#get)}`, "xl-waits");
  }

  #settle(): void {
    for (const box of this.#questions.values()) box.settle();
  }

  // What is shown.

  #open(step: number): void {
    if (step < 0 || step > reachable(this.#steps, this.#get("answers"))) return;
    if (step === this.#get("step")) return;
    this.#settle();
    write(this.model, "step", step);
    this.#go();
  }

  /** Show another step, and begin to read there. */
  #go(): void {
    if (this.#drawn === this.#get("step")) return;
    this.#say("");
    const here = this.root.contains(
      (this.root.getRootNode() as Document | ShadowRoot).activeElement,
    );
    this.#drawStep();
    if (here) this.#heading.focus({ preventScroll: true });
    const { top } = this.#head.getBoundingClientRect();
    if (here && top < 0) this.#head.scrollIntoView({ block: "start" });
  }

  #drawStep(): void {
    const step = this.#step;
    if (!step) return;
    this.#drawn = this.#get("step");
    set(this.#heading, step.title);
    const text = create("div", "xl-text");
    text.innerHTML = step.text; // made of Markdown, without HTML of its own
    this.#questions = new Map(
      step.questions.map((asked) => [
        asked.id,
        new QuestionBox(asked, (value, seconds) => this.#commit(asked.id, value, seconds)),
      ]),
    );
    const asked = [...this.#questions.values()].map(({ element }) => element);
    this.#body.replaceChildren(text, ...this.#pictures(step), ...asked);
    this.root.dataset.step = String(this.#drawn);
    this.root.classList.toggle("xl-alone", step.panel < 0);
    this.root.classList.toggle("xl-shows", step.pictures.length > 0);
    if (this.#drawn === this.#steps.length - 1) this.#mine.open = true;
    this.#drawAnswers();
    this.#drawWords();
  }

  #pictures({ pictures }: StepOf): HTMLElement[] {
    if (pictures.length === 0) return [];
    const all = create("div", "xl-pictures");
    for (const { src, caption } of pictures) {
      const [figure, image] = [create("figure"), create("img")];
      Object.assign(image, { src, alt: caption });
      figure.append(image);
      if (caption) {
        const said = create("figcaption");
        set(said, caption);
        figure.append(said);
      }
      all.append(figure);
    }
    return [all];
  }

  #drawAnswers(): void {
    const [answers, steps, at] = [this.#get("answers"), this.#steps, this.#get("step")];
    for (const [id, box] of this.#questions) box.draw(answerTo(answers, id));
    const most = reachable(steps, answers);
    const last = at === steps.length - 1;
    const waits = isOpen(steps[at], answers);
    set(this.#count, `Step ${at + 1} of ${steps.length}`);
    set(this.#next, "Next");
    this.#back.disabled = at === 0;
    this.#next.disabled = last || at >= most;
    this.#next.hidden = last;
    [...this.#dots.children].forEach((item, k) => {
      const button = item.firstElementChild as HTMLButtonElement;
      const done = k < most || (k <= most && !isOpen(steps[k], answers));
      const asks = (steps[k]?.questions.length ?? 0) > 0;
      button.disabled = k > most;
      button.dataset.done = String(done && (asks || k < at));
      if (k === at) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    });
    const count = countOf(answers);
    if (count === 0) this.#saved = 0; // begun again
    const all = steps.flatMap(({ questions }) => questions).length;
    const unsaved = answers.length > (this.host.saved ?? this.#saved);
    if (unsaved || count === 0) this.#say("");
    set(this.#sum, `Your answers: ${count} of ${all}${unsaved ? ", to be saved" : ""}`);
    const end = unsaved ? "The end. Save your answers to hand them in." : "The end.";
    const way = `Commit your answer to ${last ? "finish" : "go on"}.`;
    set(this.#waits, waits ? way : last ? end : "");
    this.#save.disabled = answers.length === 0;
    this.#reset.disabled = answers.length === 0 && at === 0;
  }

  #drawStudent(): void {
    if (this.#name.value !== this.#get("student")) this.#name.value = this.#get("student");
  }

  /** Where a panel is missing: why. */
  #drawWords(): void {
    const late = (this.#step?.panel ?? -1) >= 0 && this.#get("_shown") !== this.#get("step");
    const words = this.#get("_words");
    set(this.#words, late ? "The panel opens …" : words && `The panel is missing: ${words}`);
    this.#words.classList.toggle("xl-late", late);
    this.#words.hidden = !this.#words.textContent;
  }

  #commit(question: string, value: unknown, seconds: number): void {
    this.#say("");
    this.#due = Math.max(this.#due, this.#get("answers").length) + 1;
    write(this.model, "_answered", { question, value, seconds, beat: ++this.#beats });
  }

  #refused({ message = "" }: { message?: string }): void {
    this.#due = 0;
    this.#say(`This could not be taken: ${message}`, "xl-problem");
  }

  /** Whether and where answers are kept. */
  drawKept(): void {
    const [before, words] = [this.#kept.textContent, this.host.kept?.() ?? ""];
    if (before && words !== before) this.#mine.open = true; // that it keeps no more is to be seen
    set(this.#kept, words);
  }

  /** For screen readers; a problem, and that a file was saved, for all. */
  #say(words: string, look = "xl-sr"): void {
    this.#says.className = look;
    set(this.#says, words);
  }
}

let ids = 0;

function unique(): string {
  return `xl-${++ids}-${Math.random().toString(36).slice(2)}`;
}
