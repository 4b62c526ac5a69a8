/** Traits that a page sets. */
import type { Model } from "./model";

/** Set a trait; without a kernel the page still shows what it has. */
export function write(model: Model, name: string, value: unknown): void {
  model.set(name, value);
  try {
    model.save_changes();
  } catch (error) {
    console.warn("[xwidget] could not reach the kernel:", error);
  }
}
