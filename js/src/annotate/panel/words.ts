/** What the panel says of findings, in the words of the documentation. */

import type { EffectRecord, FindingRecord } from "../../kernel/contract";
import { capital } from "../../support/figures";
import { isolated, shown } from "../../support/texts";
import { JUDGED, type Verdict } from "../../support/verdicts";
import { areaOf, boundsOf } from "../region";
import type { State } from "../state/findings";

/** What was measured of a finding: null and "untested" where nothing can be. */
export type Measured = EffectRecord | "pending" | "untested" | "withheld" | null;

export const VERDICTS: Record<Verdict, { name: string; key: string; title: string }> = {
  core: { name: "Core", key: "C", title: "The network should rely on this" },
  spurious: { name: "Spurious", key: "S", title: "The network should not rely on this" },
  unsure: { name: "Unsure", key: "U", title: "It cannot be told from this image" },
};

export { JUDGED, type Verdict };

/** Two digits, or three where two would say nothing. */
function figure(value: number, digits: number): string {
  if (value > 0 && value < 0.5 * 10 ** -digits) return `<${(10 ** -digits).toFixed(digits)}`;
  return value.toFixed(digits);
}

function digitsFor(...values: number[]): number {
  return Math.max(...values) < 0.1 ? 3 : 2;
}

/** A share in [0, 1] in whole percents. */
export function share(value: number): string {
  if (value > 0 && value < 0.005) return "<1%";
  return `${Math.floor(100 * value + 0.5)}%`;
}

/** The class's score of the whole image, and without the region: "0.95 → 0.41". */
export function change({ image, without }: EffectRecord): string {
  const digits = digitsFor(image, without);
  return `${figure(image, digits)} → ${figure(without, digits)}`;
}

/**
 * What the region does, in a line.
 *
 * @param why it was not measured, in words
 */
export function effectLine(effect: Measured, why: string): string {
  if (effect === "pending") return "Measuring …";
  if (effect === "withheld") return "Its effect is withheld, as the verdict is.";
  if (effect === null || effect === "untested") return `Not tested: ${why || "no kernel"}`;
  const alone = figure(effect.only, digitsFor(effect.only, effect.image));
  const area = `${share(effect.area)} of the image`;
  const evidence =
    effect.share === null ? `covers ${area}` : `${share(effect.share)} of the evidence on ${area}`;
  const { image, without, without_spread } = effect;
  const rises = without - image >= Math.max(0.01, without_spread) ? "the score rises: " : "";
  const spread = without_spread >= 0.01 ? ` ± ${figure(without_spread, 2)}` : "";
  return `without it ${rises}${change(effect)}${spread} · alone ${alone} · ${evidence}`;
}

/** How sure the figures of an effect are. */
export function effectTitle(effect: Measured, of: string): string {
  if (effect === null || typeof effect === "string") return "";
  const spread = (value: number) => `± ${figure(value, 2)}`;
  const backgrounds =
    effect.draws === 1 ? "one drawn background" : `${effect.draws} drawn backgrounds`;
  return (
    `Scores of ${isolated(of)}, with the region replaced and with only the region: means over ${backgrounds} ` +
    `(${spread(effect.without_spread)}, ${spread(effect.only_spread)})`
  );
}

type Named = Pick<FindingRecord, "label" | "kind" | "region" | "frame">;

export const SHAPES = { box: "box", polygon: "polygon", mask: "region", point: "point" } as const;

/** The name of a finding amid other words: its label, or what it is and where. */
export function nameOf(finding: Named): string {
  const { label, kind, region } = finding;
  return isolated(label) || `${isolated(kind) || SHAPES[region.type]}, ${placeOf(finding)}`;
}

/** Where its middle lies, in thirds of the picture: "upper left". */
function placeOf({ region, frame: [height, width] }: Named): string {
  const [left, upper, right, lower] = boundsOf(region);
  const third = (at: number, end: number) => Math.min(2, Math.floor((3 * at) / (2 * end)));
  const row = third(upper + lower, height);
  const column = ["left", "", "right"][third(left + right, width)];
  if (!column) return ["top", "middle", "bottom"][row] as string;
  return [["upper ", "", "lower "][row], column].join("");
}

const areas = new WeakMap<object, number>();

/** What tells one without a label from others that are named alike: how large it is, or where. */
export function extentOf({ region, frame: [height, width] }: Named): string {
  if (region.type === "point") return `at ${Math.floor(region.x)}, ${Math.floor(region.y)}`;
  const area = areas.get(region) ?? areaOf(region);
  areas.set(region, area);
  return `${share(area / (height * width))} of the image`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

/** The state of all findings in a line, and whether a person should look after it. */
export function savedWords(of: {
  states: readonly State[];
  store: string;
  reason: string;
  /** Whether it is known where they are kept. */
  ready: boolean;
}): [words: string, trouble: boolean] {
  const { states, ready } = of;
  const [store, reason] = [isolated(of.store), shown(of.reason)];
  const why = reason && `: ${reason}`;
  const page = states.filter((state) => state === "page").length;
  if (page > 0) {
    const which = page < states.length ? `${counted(page, "finding")} kept` : "Kept";
    return [`${which} only in this page${why}`, true];
  }
  if (states.includes("saving")) return ["Saving …", false];
  if (!ready) return ["", false];
  if (states.includes("kernel") || store === "") {
    // The reason says it where there is one.
    return [reason ? capital(reason) : "Kept for this session", true];
  }
  if (reason) return [capital(reason), true];
  return [states.length > 0 ? `Saved in ${store}` : `Saves in ${store}`, false];
}
