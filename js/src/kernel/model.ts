/** The part of an anywidget model that the page uses. */
export interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown, options?: { silent: boolean }): void;
  save_changes(): void;
  send(content: unknown, callbacks?: unknown, buffers?: DataView[]): void;
  on(event: string, callback: (...args: never[]) => void): void;
  off(event: string, callback: (...args: never[]) => void): void;
  /** What the host gives a widget of itself, where it does. */
  readonly widget_manager?: unknown;
}
