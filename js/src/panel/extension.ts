/** What the second script adds to a panel: see js/src/annotate. */
import type { ComponentType } from "preact";
import type { Layer } from "../picture/layers/layer";
import type { Tool } from "../picture/tools/tool";

/**
 * What it adds to one view.
 *
 * @typeParam U the view, `Ui`
 */
export interface Extension<U> {
  /**
   * By name, which is none of the panel's own tools'. Those with a button stand in the group "Tools".
   * A pointer is offered to them after a second finger's zoom, a key before all other tools.
   */
  tools: Readonly<Record<string, Tool>>;
  /** Over the picture, under the cursor. */
  layers: readonly Layer[];
  /** A style sheet for what it shows. */
  style?: string;
  /** In place of the panel's own buttons of tools, which it shows too. */
  Tools?: ComponentType<{ ui: U }>;
  /** Below the picture. */
  Bar?: ComponentType<{ ui: U }>;
  /** A place of its own in the panel, of the class "xw-aside". */
  Aside?: ComponentType<{ ui: U }>;
  /** Shown while `ui.helping`. */
  Help: ComponentType<{ ui: U }>;
  /**
   * A key that was pressed in the panel, that no tool had a use for, and that is no typing. True takes
   * it: the panel's own keys do not hear of it.
   */
  press(event: KeyboardEvent): boolean;
}
