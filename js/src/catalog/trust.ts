/** How far what is drawn can be trusted, in words. What the checks are is the kernel's to say. */
import type { Sign as Answer, Check, Checks, Status } from "../kernel/contract";

/** What kind of answer it is: each has a sign of its own. */
export type Sign = Answer | "open";

export interface Trusted {
  sign: Sign;
  /** One line. */
  words: string;
  /** The tests behind it; none where it was not checked. */
  checks: Checks | null;
}

/** What is drawn, as far as it decides what can be said. */
export interface Drawn {
  status: Status;
  /** Of the class's last mask; undefined where there are none (yet). */
  checks: Checks | undefined;
  /** A person changed the mask by hand. */
  edited: boolean;
  /** A threshold hides a part of it, and nobody asked the net about the rest. */
  cut: boolean;
  /** Iterations of the class so far, -1 before the first; and the one drawn. */
  last: number;
  iteration: number;
}

export function trusted({ status, checks, edited, cut, last, iteration }: Drawn): Trusted {
  const open = (words: string): Trusted => ({ sign: "open", words, checks: null });
  const unjudged = (words: string): Trusted => ({ sign: "unjudged", words, checks: null });
  if (edited) return unjudged("Edited by hand: not checked.");
  if (checks) {
    if (!cut && iteration >= last) return { sign: signOf(checks), words: checks.summary, checks };
    const of = cut ? "Not tested by itself; the whole evidence" : `The result, iteration ${last}`;
    return { ...unjudged(`${of}: ${checks.verdict}.`), checks };
  }
  if (status === "running") return open("Checks follow when the run ends.");
  if (last < 0) return open("Not run yet.");
  if (status === "stopped") return unjudged(`Stopped at iteration ${last}: not checked.`);
  if (status === "error") return unjudged(`Failed at iteration ${last}: not checked.`);
  return unjudged("Not checked.");
}

/** The kernel judges; it says nothing of it in a notebook that an older one has saved. */
export function signOf({ sign }: Checks): Answer {
  return sign ?? "unjudged";
}

/** A line in two: the verdict that it begins with, if it does, and the rest. */
export function headOf({ words, checks }: Trusted): [head: string, rest: string] {
  const verdict = checks?.verdict ?? "";
  const length = words.toLowerCase().startsWith(verdict) ? verdict.length : 0;
  return [words.slice(0, length), words.slice(length)];
}

/** The figures behind a test, by name. */
export function figures(details: Check["details"]): [name: string, value: string][] {
  return Object.entries(details).map(([name, value]) => [name, figure(value)]);
}

/** Three digits that count. */
function figure(value: number | null): string {
  if (value === null) return "–";
  return String(Number(value.toPrecision(3))).replace(/-/g, "−");
}
