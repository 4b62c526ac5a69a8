/** How the pictures of one view are looked at: none of it changes a value that is read or saved. */
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { darkness } from "../support/theme";
import { CHANNELS, type Look, type Scene, type View } from "./painting";

export interface Looks {
  view: Signal<View>;
  /** Those side by side in the layout "views". */
  views: Signal<readonly View[]>;
  /** Least mask value shown, in 255ths; 0 shows all. */
  threshold: Signal<number>;
  /** The one color channel that is seen; null for all. */
  channel: Signal<Look["channel"]>;
  /** What mask values are multiplied by, to be seen; one of BOOSTS. */
  boost: Signal<number>;
  dark: ReadonlySignal<boolean>;
}

export function createLooks(root: HTMLElement, ended: AbortSignal): Looks {
  return {
    view: signal<View>("paper"),
    views: signal<readonly View[]>(["paper", "mask", "heat", "image"]),
    threshold: signal(0),
    channel: signal<Look["channel"]>(null),
    boost: signal(1),
    dark: darkness(root, ended),
  };
}

/** How a picture is looked at now. */
export function lookAt(looks: Looks, { takes }: { takes: boolean }): Look {
  const { channel, boost, dark } = looks;
  return { channel: channel.peek(), boost: boost.peek(), dark: dark.peek(), takes };
}

/** What is done to a picture for the eye alone, to be written on it; empty where nothing is. */
export function lookWords(
  { view, scene }: { view: View; scene: Scene },
  channel: Look["channel"],
  boost: number,
): string {
  const gray = channel === null || scene.figure?.channels === 1;
  const alone = gray ? "" : `${CHANNELS[channel]} alone`;
  const masked = view !== "image" && (scene.mask ?? scene.figure);
  const words = [alone, masked && boost > 1 ? `boosted ×${boost} for display` : ""];
  return words.filter(Boolean).join(" · ");
}
