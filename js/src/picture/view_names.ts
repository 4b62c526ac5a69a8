/** The views by name, and what they show. */

import { capital, score } from "../support/figures";
import { CHANNELS, type Look, VIEWS, type View } from "./painting";

/** The number key of a view: its place among the tabs, from 1 on. */
export function keyOf(view: View): string {
  return String(VIEWS.indexOf(view) + 1);
}

/** The view that a key chooses, if it does. */
export function viewOfKey(key: string): View | undefined {
  return VIEWS.find((view) => keyOf(view) === key);
}

/**
 * A view's name on a button. Paper holds what the net is left with: of a game that takes away, that
 * is what is left of the image; the other part has a view of its own.
 */
export function viewName(view: View, takes: boolean): string {
  if (view === "paper" && takes) return "Remains";
  if (view === "rest" && takes) return "Taken";
  return capital(view);
}

/** Whether a view is of what the network scored at the iteration drawn. */
export function isOfMask(view: View): boolean {
  return !/image|rest/.test(view);
}

/** What a view shows, in a sentence. */
export function viewTitle(view: View, takes: boolean): string {
  const part = takes ? "what is taken away" : "the evidence";
  const alone = `${capital(part)} in the image’s own colors, fading to paper`;
  const left = `The image, with ${part} faded to hatched paper`;
  const titles: Record<View, string> = {
    paper: takes ? left : alone,
    evidence: `The image where ${part} is, the reference elsewhere`,
    mask: "The mask itself, as a color",
    heat: `${heatOf(null)}, from 0 to 1`,
    overlay: `${capital(part)} in color, on the gray image`,
    image: "The image as the network sees it",
    rest: takes ? alone : left,
  };
  return titles[view];
}

/** What the colors of the heat stand for. */
export function heatOf(channel: Look["channel"]): string {
  return channel === null
    ? "The mask’s mean over the color channels"
    : `The mask in ${CHANNELS[channel]}`;
}

/** What the last color of the heat stands for: with a boost, less than 1. */
export function heatEnd(boost: number): string {
  return boost > 1 ? `≥ ${score(1 / boost)}` : "1";
}

/** A picture in words, for those who cannot see it: "The evidence". */
export function viewWords(view: View, takes: boolean): string {
  const name = viewName(view, takes).toLowerCase();
  if (view === "paper") return takes ? "What is left" : "The evidence";
  if (view === "rest") return takes ? "What is taken away" : "All but the evidence";
  return `The ${name}`;
}
