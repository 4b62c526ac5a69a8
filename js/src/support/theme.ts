/** Whether a panel stands on a dark page, as its host or the reader's own preference says. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { isDark, onLook } from "./dark";

export function darkness(root: HTMLElement, ended: AbortSignal): ReadonlySignal<boolean> {
  const dark = signal(isDark(root));
  const look = () => {
    dark.value = isDark(root);
  };
  onLook(root, look, ended);
  return dark;
}
