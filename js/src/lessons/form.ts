/** One question as a form: its fields, and what a person has entered. */
import { create, set } from "../support/elements";
import type { Asked } from "./contract";

/** The fields of a question; `value` is null while they say nothing yet. */
export interface Fields {
  element: HTMLElement;
  readonly value: unknown;
  /** Show a value that was committed. */
  show(value: unknown): void;
  /** Mark what is right, once it may be told. */
  mark(value: unknown, answer: unknown): void;
}

type Changed = () => void;

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const SWATCHES: Record<string, string> = { red: "#d62728", green: "#2ca02c", blue: "#1f77b4" };

export function fieldsOf(question: Asked, id: string, changed: Changed): Fields {
  const { kind } = question;
  if (kind === "number") return number(id, changed);
  if (kind === "text") return text(id, changed);
  if (kind === "match" || kind === "method") return matching(question, id, changed);
  return options(question, id, changed);
}

function options(question: Asked, id: string, changed: Changed): Fields {
  const element = create(
    "div",
    question.pictures.length > 0 ? "xl-options xl-pictured" : "xl-options",
  );
  const rows = question.options.map((option, k) => {
    const label = create("label", "xl-option");
    const input = create("input");
    Object.assign(input, {
      type: question.several ? "checkbox" : "radio",
      name: id,
      value: option,
    });
    input.addEventListener("change", changed);
    const said = create("span", "xl-said");
    set(said, option);
    const mark = create("span", "xl-mark");
    const src = question.pictures[k];
    label.append(...(src ? [picture(src, option)] : []), input);
    if (question.kind === "channel") {
      const swatch = create("i", "xl-swatch");
      swatch.style.background = SWATCHES[option] ?? "transparent";
      label.append(swatch);
    }
    label.append(said, mark);
    element.append(label);
    return { option, label, input, mark };
  });
  const chosen = () => rows.filter(({ input }) => input.checked).map(({ option }) => option);
  return {
    element,
    get value() {
      const found = chosen();
      if (found.length === 0) return null;
      return question.several ? found : (found[0] ?? null);
    },
    show(value) {
      const all = Array.isArray(value) ? value : [value];
      for (const { option, input } of rows) input.checked = all.includes(option);
    },
    mark(value, answer) {
      const right = Array.isArray(answer) ? answer : [];
      const all = Array.isArray(value) ? value : [value];
      for (const { option, label, mark } of rows) {
        const is = right.includes(option);
        const said = is ? "right" : all.includes(option) ? "not right" : "";
        if (right.length > 0 && said) label.dataset.mark = is ? "right" : "wrong";
        else delete label.dataset.mark;
        set(mark, right.length > 0 ? said : "");
      }
    },
  };
}

function matching(question: Asked, id: string, changed: Changed): Fields {
  const element = create("div", "xl-matching");
  const rows = question.pictures.map((src, k) => {
    const row = create("figure");
    const letter = LETTERS[k] ?? String(k + 1);
    const select = create("select");
    select.id = `${id}-${k}`;
    select.setAttribute("aria-label", `Picture ${letter}`);
    for (const option of ["", ...question.options]) {
      const each = create("option");
      each.value = option;
      set(each, option || "Choose …");
      select.append(each);
    }
    select.addEventListener("change", changed);
    const caption = create("figcaption");
    const name = create("b");
    set(name, letter);
    const mark = create("span", "xl-mark");
    caption.append(name, select, mark);
    row.append(picture(src, `Picture ${letter}`), caption);
    element.append(row);
    return { row, select, mark };
  });
  return {
    element,
    get value() {
      const all = rows.map(({ select }) => select.value);
      return all.every(Boolean) ? all : null;
    },
    show(value) {
      rows.forEach(({ select }, k) => {
        select.value = Array.isArray(value) ? (value[k] ?? "") : "";
      });
    },
    mark(value, answer) {
      rows.forEach(({ row, mark }, k) => {
        const [own, right] = [value, answer].map((each) => (Array.isArray(each) ? each[k] : null));
        if (right) row.dataset.mark = own === right ? "right" : "wrong";
        else delete row.dataset.mark;
        set(mark, !right ? "" : own === right ? "right" : `it is ${right}`);
      });
    },
  };
}

function number(id: string, changed: Changed): Fields {
  const element = create("div", "xl-number");
  const [range, box] = [create("input"), create("input")];
  const mark = create("span", "xl-mark");
  Object.assign(range, { type: "range", min: "0", max: "1", step: "0.01", value: "0.5" });
  // Not of type "number": Chromium takes the comma out of "0,1" without a word.
  Object.assign(box, { type: "text", id, placeholder: "0 – 1", inputMode: "decimal" });
  const read = () => {
    const given = box.value.trim() === "" ? -1 : Number(box.value.replace(",", "."));
    return given >= 0 && given <= 1 ? given : null;
  };
  range.setAttribute("aria-label", "Your number, 0 to 1");
  box.setAttribute("aria-label", "Your number, 0 to 1");
  range.addEventListener("input", () => {
    box.value = Number(range.value).toFixed(2);
    changed();
  });
  box.addEventListener("input", () => {
    range.value = String(read() ?? range.value);
    set(mark, box.value && read() === null ? "a number from 0 to 1" : "");
    changed();
  });
  element.append(range, box, mark);
  return {
    element,
    get value() {
      return read();
    },
    show(value) {
      box.value = typeof value === "number" ? String(value) : "";
      range.value = typeof value === "number" ? String(value) : "0.5";
    },
    mark(_, answer) {
      set(mark, typeof answer === "number" ? `it is ${answer.toFixed(2)}` : "");
    },
  };
}

function text(id: string, changed: Changed): Fields {
  const element = create("textarea", "xl-words");
  Object.assign(element, { id, rows: 3, maxLength: 10_000 });
  element.setAttribute("aria-label", "Your answer");
  element.addEventListener("input", changed);
  return {
    element,
    get value() {
      return element.value.trim() || null;
    },
    show(value) {
      element.value = typeof value === "string" ? value : "";
    },
    mark() {},
  };
}

function picture(src: string, alt: string): HTMLImageElement {
  const image = create("img");
  Object.assign(image, { src, alt, draggable: false });
  return image;
}
