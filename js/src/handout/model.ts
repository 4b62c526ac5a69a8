/** What a kernel does for a lesson's sheet, without one: xwidget/teaching/lesson.py is the other. */
import type { Guess } from "../kernel/contract";
import type { Model } from "../kernel/model";
import type { Given, SheetTraits } from "../lessons/contract";
import { isRight } from "../lessons/key";
import type { Keeping } from "./keeping";

type Listener = (...args: unknown[]) => void;

/** What a page holds of a lesson. */
export type Content = Pick<SheetTraits, "_title" | "_lesson_id" | "_steps" | "_asked">;

export class HandoutModel implements Model {
  readonly #traits: Map<string, unknown>;
  readonly #listeners = new Map<string, Set<Listener>>();
  #saved: number;
  /** True while what another tab kept is taken over, which is not kept once more. */
  #follows = false;
  #guesses: Record<string, Guess>;

  constructor(
    content: Content,
    private readonly keeping: Keeping,
  ) {
    const kept = keeping.read();
    this.#saved = kept?.saved ?? 0;
    this.#guesses = kept?.guesses ?? {};
    const step = Math.min(Math.max(0, kept?.step ?? 0), content._steps.length - 1);
    this.#traits = new Map<string, unknown>(
      Object.entries({
        ...content,
        ...{ _shown: -1, _words: "", _answered: {}, _reset: 0, _here: false },
        ...{ answers: kept?.answers ?? [], student: kept?.student ?? "", step },
      }),
    );
  }

  get<K extends keyof SheetTraits>(name: K): SheetTraits[K];
  get(name: string): unknown;
  get(name: string): unknown {
    return this.#traits.get(name);
  }

  set(name: string, value: unknown): void {
    if (this.#traits.get(name) === value) return;
    this.#traits.set(name, value);
    for (const listener of this.#listeners.get(`change:${name}`) ?? []) listener();
    if (name === "_answered") this.#answered(value as SheetTraits["_answered"]);
    if (name === "_reset") {
      [this.#saved, this.#guesses] = [0, {}];
      this.set("answers", []);
      this.set("_shown", -1);
      this.#traits.set("step", -1); // the first step is shown anew, though it be the one that is there
      this.set("step", 0);
    }
    if (name === "answers" || name === "step" || name === "student") this.#keep();
  }

  /** Add an answer that is judged already. */
  add(given: Omit<Given, "tries" | "time" | "step"> & { time?: string }): void {
    const answers = this.get("answers");
    const step = this.get("_steps").findIndex(({ questions }) =>
      questions.some(({ id }) => id === given.question),
    );
    const tries = 1 + answers.filter(({ question }) => question === given.question).length;
    const time = given.time ?? new Date().toISOString();
    this.set("answers", [...answers, { ...given, step, tries, time }]);
  }

  /** Take over what was answered in a panel: the first answer stays on record, with later tries. */
  take(given: readonly Given[]): void {
    for (const each of given) {
      const answers = this.get("answers");
      const at = answers.findIndex(({ question }) => question === each.question);
      const known = answers[at];
      if (!known) this.add(each);
      else if (each.tries > known.tries) {
        this.set("answers", answers.with(at, { ...known, tries: each.tries }));
      }
    }
  }

  /** Take over what another tab with the same lesson has kept. */
  follow(): void {
    const kept = this.keeping.read();
    if (!kept || !this.keeping.keeps) return; // what could not be written there is not in it
    this.#follows = true;
    try {
      const begun = kept.answers.length === 0 && this.get("answers").length > 0;
      if (begun) this.set("_reset", this.get("_reset") + 1);
      [this.#saved, this.#guesses] = [kept.saved, kept.guesses];
      this.set("answers", kept.answers);
      this.set("student", kept.student);
    } finally {
      this.#follows = false;
    }
  }

  /** Answers that are in a file. */
  get saved(): number {
    return this.#saved;
  }

  set saved(count: number) {
    this.#saved = count;
    this.#keep();
  }

  /** A guess in a panel, as it was when the panel was closed. */
  guess(question: string): Guess | undefined {
    return this.#guesses[question];
  }

  keepGuess(guess: Guess): void {
    this.#guesses[guess.question.id] = guess;
    this.#keep();
  }

  save_changes(): void {}

  send(): void {}

  on(event: string, callback: (...args: never[]) => void): void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(callback as Listener));
  }

  off(event: string, callback: (...args: never[]) => void): void {
    this.#listeners.get(event)?.delete(callback as Listener);
  }

  #answered(given: SheetTraits["_answered"]): void {
    const { question, value, seconds } = given;
    const all = this.get("_steps").flatMap((step) => step.questions);
    const asked = all.find(({ id }) => id === question);
    if (!asked) return;
    const [kind, right] = [asked.kind, isRight(asked, value)];
    this.add({ question: asked.id, kind, value, right, result: {}, seconds: Number(seconds) || 0 });
  }

  #keep(): void {
    if (this.#follows) return;
    const [step, student, answers] = [this.get("step"), this.get("student"), this.get("answers")];
    const [saved, guesses] = [this.#saved, this.#guesses];
    this.keeping.write({ step, student, answers, saved, guesses });
  }
}
