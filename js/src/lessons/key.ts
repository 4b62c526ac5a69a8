/** What a question's key holds: the right answer and the feedback, packed so that nobody reads them by accident. */
import type { Asked, Given } from "./contract";

export interface Key {
  /** Options that are right, an option a place, or a number; null where no answer is right. */
  answer: unknown;
  tolerance: number;
  /** HTML, by "" for every answer, "right", "wrong", or an option. */
  feedback: Record<string, string>;
}

export function openKey(key: string): Key {
  const bytes = Uint8Array.from(atob(key), (character) => character.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)) as Key;
}

/** Whether a value is right, as Python says it: xwidget/lessons/kinds.py; null where none is. */
export function isRight(question: Asked, value: unknown, key = openKey(question.key)) {
  const { answer, tolerance } = key;
  if (answer === null || answer === undefined) return null;
  if (typeof answer === "number") return Math.abs(Number(value) - answer) <= tolerance + 1e-9;
  const right = answer as string[];
  if (!Array.isArray(value)) return right.includes(value as string);
  if (!question.several) return right.join("\n") === value.join("\n");
  return value.length === right.length && value.every((each) => right.includes(each));
}

/** How many options may be chosen of several. */
export function manyOf({ answer }: Key): string {
  return answer === null ? "You may choose several." : "Choose all that are right.";
}

/** Feedback to an answer, as HTML. */
export function feedbackTo({ value, right }: Given, { feedback }: Key): string {
  const known = typeof value === "string" && Object.hasOwn(feedback, value);
  const own = known ? feedback[value] : undefined;
  const judged = right === null ? undefined : feedback[right ? "right" : "wrong"];
  return own ?? judged ?? feedback[""] ?? "";
}
