/** Elements of plain DOM. */

export function create<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = "",
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (element instanceof HTMLButtonElement) element.type = "button";
  return element;
}

/** Change a text only where it differs: a screen reader may be reading it. */
export function set(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** A group of radio buttons that looks like a switch; `choose` is told of a person's choice. */
export function createSwitch<V extends string>(
  label: string,
  values: readonly V[],
  choose: (value: V) => void,
  ended: AbortSignal,
): { element: HTMLElement; show: (value: V) => void } {
  const element = create("div", "xg-switch");
  element.setAttribute("role", "radiogroup");
  element.setAttribute("aria-label", label);
  const name = `xg-${Math.random().toString(36).slice(2)}`;
  const inputs = values.map((value) => {
    const [around, input, text] = [create("label"), create("input"), create("span")];
    Object.assign(input, { type: "radio", name, value });
    input.addEventListener("change", () => choose(value), { signal: ended });
    set(text, value.slice(0, 1).toUpperCase() + value.slice(1));
    around.append(input, text);
    element.append(around);
    return input;
  });
  return {
    element,
    show(value) {
      for (const input of inputs) input.checked = input.value === value;
    },
  };
}
