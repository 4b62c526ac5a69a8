/** What a script that is loaded later adds to a panel: see js/src/annotate and js/src/beside. */
import type { ComponentChildren, ComponentType } from "preact";
import type { Layer } from "../picture/layers/layer";
import type { More } from "../picture/panes";
import type { Tool } from "../picture/tools/tool";

/**
 * What it adds to one view.
 *
 * @typeParam U the view, `Ui`
 */
export interface Extension<U> extends More {
  /**
   * By name, which is none of the panel's own tools'. Those with a button stand in the group "Tools".
   * A pointer is offered to them after a second finger's zoom, a key before all other tools.
   */
  tools?: Readonly<Record<string, Tool>>;
  /** Over the picture, under the cursor. */
  layers?: readonly Layer[];
  /** A style sheet for what it shows. */
  style?: string;
  /** In place of the panel's own buttons of tools, which it shows too. */
  Tools?: ComponentType<{ ui: U }>;
  /** Below the button "Beside", while `ui.beside`. */
  Beside?: ComponentType<{ ui: U }>;
  /** Below the picture. */
  Bar?: ComponentType<{ ui: U }>;
  /** Around the mask's histogram and threshold, its children: it may show something in their place. */
  Spread?: ComponentType<{ ui: U; children: ComponentChildren }>;
  /** Rows below the figures of the pixel under the cursor. */
  Values?: ComponentType<{ ui: U }>;
  /** Below all else. */
  Below?: ComponentType<{ ui: U }>;
  /** A place of its own in the panel, of the class "xw-aside". */
  Aside?: ComponentType<{ ui: U }>;
  /** Shown while `ui.helping`. */
  Help?: ComponentType<{ ui: U }>;
  /**
   * A key that was pressed in the panel, that no tool had a use for, and that is no typing. True takes
   * it: the panel's own keys do not hear of it.
   */
  press?(event: KeyboardEvent): boolean;
  /** What is looked at, for a link, by name; null for what is as at first. */
  place?(): Readonly<Record<string, string | number | null>>;
  /** Go where a link points to. */
  goTo?(place: URLSearchParams): void;
}

/** One place of all extensions: what fills it, in their order. */
export function placesOf<U, K extends keyof Extension<U>>(
  extensions: readonly Extension<U>[],
  name: K,
): NonNullable<Extension<U>[K]>[] {
  return extensions.map((each) => each[name]).filter((each) => each !== undefined && each !== null);
}
