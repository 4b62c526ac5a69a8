/** Files of answers, as in xwidget/lessons/answers.py. */
import type { Model } from "../kernel/model";
import type { Asked, Given, SheetTraits, StepOf } from "./contract";

export const FORMAT = "xwidget answers";
export const VERSION = 1;

/** What the traits of a sheet give. */
export type Get = <K extends keyof SheetTraits>(name: K) => SheetTraits[K];

/** The text of a file with all answers. */
export function fileOf(get: Get): string {
  const file = {
    format: FORMAT,
    version: VERSION,
    lesson: get("_title"),
    lesson_id: get("_lesson_id"),
    student: get("student").trim(),
    answers: get("answers"),
    questions: get("_asked"),
  };
  return JSON.stringify(file, null, 1);
}

/** A name for the file, of letters that every system takes. */
export function fileName(get: Get): string {
  const plain = (text: string) =>
    text
      .normalize("NFKD")
      .replace(/[\u0300-\u036f]/g, "")
      .replace(/[^\p{L}\p{N}]+/gu, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 60)
      .toLowerCase();
  return `${["answers", plain(get("_title")), plain(get("student"))].filter(Boolean).join("-")}.json`;
}

/** The newest answer to a question. */
export function answerTo(answers: readonly Given[], id: string): Given | undefined {
  return answers.findLast(({ question }) => question === id);
}

/** Number of questions that are answered. */
export function countOf(answers: readonly Given[]): number {
  return new Set(answers.map(({ question }) => question)).size;
}

/** Act once so many answers are there: a kernel takes its time, but for `most` milliseconds at most. */
export function onceThere(model: Model, count: number, act: () => void, most = 2000): void {
  const missing = () => (model.get("answers") as Given[]).length < count;
  if (!missing()) {
    act();
    return;
  }
  const end = () => {
    clearTimeout(late);
    model.off("change:answers", look);
    act();
  };
  const look = () => missing() || end();
  const late = setTimeout(end, most);
  model.on("change:answers", look);
}

/** Whether a step lets nobody go on yet. */
export function isOpen(step: StepOf | undefined, answers: readonly Given[]): boolean {
  const waits = ({ required, id }: Asked) => required && !answerTo(answers, id);
  return step?.questions.some(waits) ?? false;
}

/** The last step that can be gone to: the first that waits for an answer, or the last of all. */
export function reachable(steps: readonly StepOf[], answers: readonly Given[]): number {
  const waiting = steps.findIndex((step) => isOpen(step, answers));
  return waiting < 0 ? steps.length - 1 : waiting;
}
