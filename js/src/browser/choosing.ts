/** What is listed, and in which order: presets, class, verdict, a condition in SQL. */
import type { Model } from "../kernel/model";
import { write } from "../kernel/writing";
import { create, set } from "../support/elements";
import { ALL, type BrowserTraits, type Choice } from "./contract";

const COUNT = new Intl.NumberFormat("en");

export class Choosing {
  readonly element = create("div", "xb-choosing");
  readonly order = create("select");
  readonly #presets = create("div", "xb-presets");
  readonly #target = create("select");
  readonly #verdict = create("select");
  readonly #where = create("input");
  readonly #all = create("button", "xb-button");
  readonly #problem = create("p", "xb-problem");

  constructor(
    private readonly model: Model,
    private readonly ended: AbortSignal,
  ) {
    this.#presets.setAttribute("role", "group");
    this.#presets.setAttribute("aria-label", "Presets");
    this.#problem.id = `xb-${Math.random().toString(36).slice(2)}`;
    this.#problem.setAttribute("role", "alert");
    Object.assign(this.#where, { type: "text", placeholder: "border > 0.5 AND score < 0.3" });
    this.#where.spellcheck = false;
    this.#where.setAttribute("autocapitalize", "off");
    this.#where.setAttribute("autocomplete", "off");
    this.#where.setAttribute("aria-describedby", this.#problem.id);
    set(this.#all, "Show all");
    const line = create("div", "xb-line");
    line.append(
      labeled("Class", this.#target),
      labeled("Verdict", this.#verdict),
      labeled("Where", this.#where, "xb-where"),
      this.#all,
    );
    this.element.append(this.#presets, line, this.#problem, this.#columns());
    this.#listen();
    this.draw();
  }

  #get<K extends keyof BrowserTraits>(name: K): BrowserTraits[K] {
    return this.model.get(name) as BrowserTraits[K];
  }

  draw(): void {
    const { presets = [], targets = [], verdicts = [] } = this.#get("_facets");
    const chosen = this.#get("chosen");
    this.#drawPresets(presets, chosen.preset);
    options(this.#target, String(chosen.target), [
      ["-1", "All classes"],
      ...targets.map(([index, name, count]) => [String(index), counted(name, count)] as const),
    ]);
    options(this.#verdict, chosen.verdict, [
      ["", "All verdicts"],
      ...verdicts.map(([verdict, count]) => [verdict, counted(verdict, count)] as const),
    ]);
    const own = this.#get("order") === "own" ? ([["own", "Set in Python"]] as const) : [];
    options(this.order, this.#get("order"), [...this.#get("_orders"), ...own]);
    // Where nothing is listed, the list's place has the button.
    const whole = JSON.stringify({ ...ALL, ...chosen }) === JSON.stringify(ALL);
    this.#all.hidden = whole || this.#get("_count") === 0;
    const problem = this.#get("_problem");
    set(this.#problem, problem);
    this.#problem.hidden = !problem;
    this.#where.setAttribute("aria-invalid", String(problem !== ""));
  }

  /** Take over the condition that holds; what a person is typing stays until it is chosen. */
  drawWhere(): void {
    this.#where.value = this.#get("chosen").where;
  }

  #drawPresets(
    presets: { name: string; label: string; title: string; count: number; note: string }[],
    chosen: string,
  ): void {
    while (this.#presets.childElementCount < presets.length) {
      const button = create("button", "xb-preset");
      button.append(create("span"), create("b"));
      this.#presets.append(button);
    }
    presets.forEach(({ name, label, title, count, note }, k) => {
      const button = this.#presets.children[k] as HTMLButtonElement;
      const [text, number] = button.children as unknown as [HTMLElement, HTMLElement];
      button.dataset.name = name;
      button.title = note ? `${title}; ${note}` : title;
      button.setAttribute("aria-pressed", String(name === chosen));
      button.toggleAttribute("data-none", count === 0);
      set(text, label);
      set(number, note ? `(${note})` : COUNT.format(count));
    });
  }

  choose(part: Partial<Choice>): void {
    write(this.model, "chosen", { ...this.#get("chosen"), ...part });
    this.draw();
  }

  /** List all rows. */
  all(): void {
    this.#where.value = "";
    this.choose(ALL);
    this.#where.focus({ preventScroll: true });
  }

  #listen(): void {
    const { ended: signal } = this;
    this.#presets.addEventListener(
      "click",
      ({ target }) => {
        const name = (target as Element).closest<HTMLElement>("button")?.dataset.name;
        if (name) this.choose({ preset: name === this.#get("chosen").preset ? "" : name });
      },
      { signal },
    );
    const on = (element: HTMLElement, act: () => void) =>
      element.addEventListener("change", act, { signal });
    on(this.#target, () => this.choose({ target: Number(this.#target.value) }));
    on(this.#verdict, () => this.choose({ verdict: this.#verdict.value }));
    on(this.#where, () => this.choose({ where: this.#where.value }));
    on(this.order, () => {
      write(this.model, "order", this.order.value);
      this.draw();
    });
    this.#where.addEventListener(
      "keydown",
      (event) => {
        if (event.key === "Enter") this.choose({ where: this.#where.value });
        if (event.key === "Escape") this.drawWhere();
      },
      { signal },
    );
    this.#all.addEventListener(
      "click",
      () => {
        this.all();
      },
      { signal },
    );
  }

  /** What can be named in a condition. */
  #columns(): HTMLElement {
    const details = create("details", "xb-columns");
    const [summary, list] = [create("summary"), create("dl")];
    set(summary, "Columns for “Where”");
    for (const [name, words] of this.#get("_columns")) {
      const [term, meaning] = [create("dt"), create("dd")];
      set(term, name);
      set(meaning, words);
      list.append(term, meaning);
    }
    details.append(summary, list);
    return details;
  }
}

function counted(name: string, count: number): string {
  return `${name} (${COUNT.format(count)})`;
}

export function labeled(name: string, element: HTMLElement, className = ""): HTMLElement {
  const [label, text] = [create("label", `xb-field ${className}`), create("span")];
  set(text, name);
  label.append(text, element);
  return label;
}

/** Put options into a list, where they differ. */
function options(
  select: HTMLSelectElement,
  value: string,
  wanted: readonly (readonly [string, string])[],
): void {
  const key = JSON.stringify(wanted);
  if (select.dataset.key !== key) {
    select.dataset.key = key;
    select.replaceChildren(
      ...wanted.map(([each, label]) => {
        const option = create("option");
        option.value = each;
        option.textContent = label;
        return option;
      }),
    );
  }
  // One that has no rows any more is still what is chosen.
  if (![...select.options].some((option) => option.value === value)) {
    const option = create("option");
    option.value = option.textContent = value;
    select.append(option);
  }
  select.value = value;
}
