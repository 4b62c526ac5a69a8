/**
 * What a guess is worth where there is no kernel to say it, purely. The other side is
 * xwidget/export/guessing/judging.py, which says the same.
 */
import type { Grid } from "../../annotate/grid";
import type { GuessQuestion } from "../../kernel/contract";

/** What a page keeps of the evidence: see `_guess_kept`. */
export interface Facts {
  /** Right values; null where there are none. */
  answer: string | number | string[] | null;
  tolerance: number;
  /** By "right", "wrong", an option, or "" for all. */
  feedback: Record<string, string>;
  result: Record<string, unknown>;
  /** Areas, with the network's scores of the evidence's first pixels alone. */
  curve: [number, number | null][];
  image: number | null;
  why_no_score: string;
}

/** Shares of the photo that a region may have. */
export const [LEAST, MOST] = [0.01, 0.6];
const ALL = 65536;

export type Places = Uint16Array;

/** Where the first `count` pixels are. */
export function first(places: Places, count: number, { height, width }: Grid): Grid {
  const end = Math.floor((ALL * count) / places.length);
  const data = new Uint8Array(places.length);
  for (let i = 0; i < data.length; i++) data[i] = (places[i] as number) < end ? 1 : 0;
  return { height, width, data };
}

/** Between two areas of the curve, on the line between their scores. */
export function along(curve: Facts["curve"], area: number): number | null {
  const next = curve.findIndex(([at]) => at >= area);
  const [b, a] = [curve[next], curve[next - 1]];
  if (!b) return null;
  if (!a || b[0] === area) return b[1];
  if (a[1] === null || b[1] === null) return null;
  return a[1] + ((b[1] - a[1]) * (area - a[0])) / (b[0] - a[0]);
}

/** The result of a region, and the evidence's pixels. */
export function judgeRegion(guess: Grid, places: Places, facts: Facts) {
  let [count, both] = [0, 0];
  for (const value of guess.data) count += value;
  const evidence = first(places, count, guess);
  for (const [i, value] of evidence.data.entries()) both += value & (guess.data[i] as number);
  const area = count / places.length;
  const { image, why_no_score } = facts;
  const result = {
    ...{ area, overlap: both / count, chance: area, image, why_no_score },
    ...{ score: null, evidence: along(facts.curve, area) },
  };
  return { result, evidence };
}

/** Whether a value is right; null where nothing is. */
export function isRight(question: GuessQuestion, value: unknown, facts: Facts): boolean | null {
  const { answer, tolerance } = facts;
  if (answer === null) return null;
  if (question.kind === "number") {
    return Math.abs(Number(value) - Number(answer)) <= tolerance + 1e-9;
  }
  const all = [answer].flat().map(String);
  const given = [value].flat().map(String);
  if (question.kind === "method") return String(given) === String(all);
  const known = given.every((each) => all.includes(each));
  return question.several ? known && new Set(given).size === new Set(all).size : known;
}

/** What is said of a value. */
export function feedbackOf(value: unknown, right: boolean | null, facts: Facts): string {
  const names = [String(value), right === null ? "" : right ? "right" : "wrong", ""];
  return names.map((name) => facts.feedback[name]).find((said) => said) ?? "";
}

/** The result of what is chosen, or of a number. */
export function judgeChoice(question: GuessQuestion, value: unknown, facts: Facts) {
  if (question.kind !== "method" || !Array.isArray(facts.answer)) return facts.result;
  const { answer } = facts;
  const matched = [value].flat().filter((each, k) => each === answer[k]).length;
  return { ...facts.result, matched, of: answer.length };
}
