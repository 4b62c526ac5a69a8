/** A guess is judged by the kernel; on a page without one, by what the page keeps of the evidence. */
import { decode, encode } from "../../annotate/rle";
import type { Guess, GuessAnswer, GuessRegion, Traits } from "../../kernel/contract";
import { inflate } from "../../kernel/packed";
import type { Store } from "../../state/store";
import { type Facts, feedbackOf, isRight, judgeChoice, judgeRegion } from "./judging";

export interface Answering {
  commit(value: unknown, seconds: number): unknown;
  reveal(): unknown;
  reset(): unknown;
}

export function byKernel({ wire: { link } }: Store): Answering {
  return {
    commit: (value, seconds) => link.ask({ type: "guess_commit", guess: { value }, seconds }),
    reveal: () => link.ask({ type: "guess_reveal" }),
    reset: () => link.ask({ type: "guess_reset" }),
  };
}

/** What nobody has answered yet. */
function unanswered({ question, tries }: Guess): Guess {
  return {
    ...{ question, tries, value: null, committed: false, revealed: false, waits: "" },
    ...{ right: null, result: {}, evidence: null, feedback: "" },
  };
}

/** Sets the same traits as a kernel would. */
export function byPage({ wire: { model } }: Store): Answering {
  const guess = () => model.get("_guess") as Guess;
  const tell = (change: Partial<Guess>) => model.set("_guess", { ...guess(), ...change });

  async function judged(now: Guess): Promise<Partial<Guess>> {
    const kept = (model.get("_guess_kept") as Traits["_guess_kept"] | undefined) ?? {};
    if (!kept.facts) return { result: { problem: "This page does not hold the answer." } };
    const facts = JSON.parse(new TextDecoder().decode(await inflate(kept.facts))) as Facts;
    const { question, value } = now;
    if (question.kind === "region") {
      const bytes = await inflate(kept.places ?? "");
      const places = Uint16Array.from({ length: bytes.length >> 1 }, (_, i) => {
        return (bytes[2 * i] as number) + 256 * (bytes[2 * i + 1] as number);
      });
      const region = value as GuessRegion;
      const grid = decode(region.counts, region.size as [number, number]);
      const { result, evidence } = judgeRegion(grid, places, facts);
      const counts = encode(evidence);
      const feedback = feedbackOf(null, null, facts);
      return { result, evidence: { size: region.size, counts }, feedback };
    }
    const right = isRight(question, value, facts);
    const result = judgeChoice(question, value, facts);
    return { right, result, feedback: feedbackOf(value, right, facts) };
  }

  /** The first answer stays on record. */
  function record({ question, value, right, result, tries }: Guess, seconds: number): void {
    const answers = (model.get("answers") as GuessAnswer[] | undefined) ?? [];
    const known = answers.findIndex((each) => each.question === question.id);
    const first: GuessAnswer = answers[known] ?? {
      ...{ question: question.id, kind: question.kind, step: 0, value, right, result, seconds },
      ...{ tries, time: new Date().toISOString() },
    };
    const now = { ...first, tries };
    model.set("answers", known < 0 ? [...answers, now] : answers.with(known, now));
  }

  return {
    async commit(value, seconds) {
      const tries = guess().tries + 1;
      tell({ value, committed: true, waits: "…", tries });
      let found: Partial<Guess>;
      try {
        found = await judged(guess());
      } catch (error) {
        found = { result: { problem: `The answer cannot be read: ${error}` } };
      }
      if (guess().tries !== tries || !guess().committed) return;
      tell({ ...found, waits: "" });
      record(guess(), seconds);
    },
    reveal: () => tell({ revealed: true }),
    reset: () => model.set("_guess", unanswered(guess())),
  };
}
