/** How the next run is made, and the words that the kernel has for it. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { NO_WORDS } from "../catalog/sentences";
import type { SettingsForm, SettingValue, Words } from "../kernel/contract";
import type { Wire } from "./wire";

export type SettingValues = Record<string, SettingValue>;

export interface Settings {
  /** The settings that a person can make, as data. */
  form: ReadonlySignal<SettingsForm>;
  /** What is set for the next run, by name. */
  next: ReadonlySignal<SettingValues>;
  iterations: ReadonlySignal<number>;
  /** What is said of a picture, as templates. */
  words: ReadonlySignal<Words>;
  netName: ReadonlySignal<string>;
}

export function createSettings({ model, listen, trait }: Wire): Settings {
  const form = trait("_settings", { fields: [], note: "" });
  const read = () =>
    Object.fromEntries(
      form.peek().fields.map(({ name }) => [name, model.get(name) as SettingValue]),
    );
  const next = signal(read());
  for (const { name } of form.peek().fields) {
    listen(`change:${name}`, () => {
      next.value = read();
    });
  }
  return {
    form,
    next,
    iterations: trait("iterations", 0),
    words: trait("_words", NO_WORDS),
    netName: trait("_net_name", ""),
  };
}
