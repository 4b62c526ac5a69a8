/** What components make, without a document: all elements of a tree, those of components within it included. */
import { type ComponentChildren, isValidElement, type VNode } from "preact";

type Component = (props: Record<string, unknown>) => ComponentChildren;
export type Element = VNode<Record<string, unknown>> & { type: string };

export function elementsOf(tree: ComponentChildren): Element[] {
  if (Array.isArray(tree)) return tree.flatMap(elementsOf);
  if (!isValidElement(tree)) return [];
  const { type, props } = tree as VNode<Record<string, unknown>>;
  if (typeof type === "function") return elementsOf((type as Component)(props));
  return [tree as Element, ...elementsOf(props.children as ComponentChildren)];
}

/** The words of a tree, in order. */
export function textOf(tree: ComponentChildren): string {
  if (Array.isArray(tree)) return tree.map(textOf).join("");
  if (!isValidElement(tree))
    return typeof tree === "string" || typeof tree === "number" ? `${tree}` : "";
  const { type, props } = tree as VNode<Record<string, unknown>>;
  if (typeof type === "function") return textOf((type as Component)(props));
  return textOf(props.children as ComponentChildren);
}

/** The button with this name. */
function find(tree: ComponentChildren, name: string): Element {
  const named = ({ props }: Element) =>
    props["aria-label"] === name || textOf(props.children as ComponentChildren) === name;
  const found = elementsOf(tree).filter((each) => each.type === "button" && named(each));
  if (found.length !== 1) throw new Error(`${found.length} buttons are called "${name}"`);
  return found[0] as Element;
}

export function press(tree: ComponentChildren, name: string): void {
  (find(tree, name).props.onClick as () => void)();
}
