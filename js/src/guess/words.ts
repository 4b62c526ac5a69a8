/** What is said of a guess. */
import type { Grid } from "../annotate/grid";
import type { Guess } from "../kernel/contract";
import { whereabouts } from "../state/masks";
import { LEAST, MOST } from "./state/judging";

/** A share in hundredths, with two digits: what is brushed by hand is no finer. */
export function share(value: number): string {
  if (value > 0 && value < 0.001) return "less than 0.1%";
  const hundredths = 100 * value;
  return `${Number(hundredths.toFixed(hundredths < 9.95 ? 1 : 0))}%`;
}

/** A score with two digits. */
export function points(value: unknown): string {
  if (typeof value !== "number") return "–";
  return value > 0 && value < 0.005 ? "<0.01" : value.toFixed(2);
}

/** Why a region of this area cannot be committed; or "". */
export function problemOf(area: number): string {
  if (area === 0) return "Nothing is marked yet.";
  if (area < LEAST) return `Mark ${share(LEAST)} of the photo at least.`;
  if (area > MOST) return `Mark ${share(MOST)} of the photo at most: what matters most to you.`;
  return "";
}

/** Where a region lies, for those who cannot see it. */
export function whereIs(grid: Grid): string {
  let count = 0;
  for (const value of grid.data) count += value;
  if (count === 0) return "Nothing is marked.";
  const like = { ...grid, channels: 1 } as unknown as Parameters<typeof whereabouts>[0];
  const said = whereabouts(like).replace(/, mostly in \w+$/, "");
  return `${share(count / grid.data.length)} of it is marked, ${said}.`;
}

const quoted = (text: unknown) => `“${text}”`;

/** What a revealed guess is worth, in sentences. */
export function resultOf({ question, value, right, result }: Guess): string {
  if (typeof result.problem === "string") return result.problem;
  if (question.kind === "region") return regionWords(result);
  const said = right === null ? "" : right ? "Right. " : "Not quite. ";
  const { answer } = result;
  const figures = question.options
    .filter((option) => typeof result[option] === "number")
    .sort((a, b) => Number(result[b]) - Number(result[a]));
  if (question.kind === "channel" && figures.length > 0) {
    const shares = figures.map((name, k) => {
      return `${share(Number(result[name]))} ${k === 0 ? "is " : ""}in ${name}`;
    });
    return `${said}Of the evidence ${listed(shares)}.`;
  }
  if (question.kind === "class" && figures.length > 0) {
    const scores = figures.map((name) => `${name} ${points(result[name])}`);
    return `${said}The network sees ${quoted(answer)}. Its scores: ${scores.join(", ")}.`;
  }
  if (question.kind === "method") {
    return `${result.matched} of ${result.of} are right. ${String(answer).replaceAll(", ", "; ")}.`;
  }
  if (answer === undefined || answer === null) return "Your answer is on record.";
  const shown = typeof answer === "number" ? points(answer) : quoted(answer);
  const yours = question.kind === "number" && !right ? ` You said ${points(value)}.` : "";
  return `${said}The answer is ${shown}.${yours}`;
}

function listed(words: readonly string[]): string {
  const head = words.slice(0, -1).join(", ");
  return [head, words.at(-1)].filter(Boolean).join(" and ");
}

function regionWords(result: Record<string, unknown>): string {
  const [area, overlap, chance] = [result.area, result.overlap, result.chance].map(Number);
  const marked = share(area as number);
  const words = [
    `You marked ${marked} of the photo.`,
    `${share(overlap as number)} of it is among the ${marked} that the network ranks first; by chance it would be ${share(chance as number)}.`,
  ];
  const { score, evidence, image } = result;
  const [own, its, whole] = [score, evidence, image].map((each) => typeof each === "number");
  const parts = [
    own && `your region scores ${points(score)}`,
    its && `the ${marked} that the network ranks first ${own ? "" : "score "}${points(evidence)}`,
  ].filter(Boolean);
  const photo = whole ? `the whole photo ${own || its ? "" : "scores "}${points(image)}` : "";
  if (parts.length > 0) {
    words.push(`Shown alone, ${parts.join(", ")}${photo && `; ${photo}`}.`);
  }
  if (typeof result.why_no_score === "string" && result.why_no_score) {
    words.push(result.why_no_score);
  }
  return words.join(" ");
}
