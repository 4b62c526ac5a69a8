/** What a student has answered stays in their browser, where that allows it. */
import type { Guess } from "../kernel/contract";
import type { Given } from "../lessons/contract";

export interface Progress {
  step: number;
  student: string;
  answers: Given[];
  /** Answers that are in a file. */
  saved: number;
  /** Guesses in panels, as the panels had them, by the questions' ids. */
  guesses: Record<string, Guess>;
}

export interface Keeping {
  /** The storage's key. */
  readonly name: string;
  /** What was kept; null for nothing. */
  read(): Progress | null;
  write(progress: Progress): void;
  /** Whether all is kept so far. */
  readonly keeps: boolean;
  /** The same in words for the student. */
  readonly words: string;
  /** Called where that has changed. */
  changed?: () => void;
}

/** Whether what was kept is an answer: others' scripts, and older pages, write there, too. */
function isGiven(value: unknown): value is Given {
  const { question, kind, result } = Object(value) as Partial<Given>;
  return typeof question === "string" && typeof kind === "string" && Object(result) === result;
}

/** @param id of the lesson: one that asks other questions begins anew */
export function createKeeping(id: string, storage: () => Storage = () => localStorage): Keeping {
  const name = `xwidget lesson ${id}`;
  let place: Storage | null = null;
  try {
    place = storage();
    place.setItem(`${name} try`, "1");
    place.removeItem(`${name} try`);
  } catch {
    // A page in a frame, or one whose browser was told to keep nothing.
    place = null;
  }
  let full = false;
  return {
    name,
    read() {
      try {
        const kept = JSON.parse(place?.getItem(name) ?? "null") as Partial<Progress> | null;
        if (!kept || !Array.isArray(kept.answers)) return null;
        const { step, student, answers, saved, guesses } = kept;
        return {
          ...{ step: Math.trunc(Number(step)) || 0, student: String(student ?? "") },
          answers: answers.filter(isGiven),
          ...{ saved: Number(saved) || 0, guesses: guesses ?? {} },
        };
      } catch {
        return null;
      }
    },
    write(progress) {
      const before = full;
      try {
        place?.setItem(name, JSON.stringify(progress));
        full = false;
      } catch {
        full = true;
      }
      if (full !== before) this.changed?.();
    },
    get keeps() {
      return place !== null && !full;
    },
    get words() {
      return this.keeps
        ? "This browser keeps your answers on this computer until you start again. To hand them in, save them."
        : `This browser keeps ${full ? "no more" : "nothing"}: save your answers before you close the page.`;
    },
  };
}
