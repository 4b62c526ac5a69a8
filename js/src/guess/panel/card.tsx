/** The question, what a person does to answer it, and the result. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Guess } from "../../kernel/contract";
import type { GuessView } from "../view";
import { problemOf, resultOf } from "../words";
import { Brushing } from "./brushing";
import { Choosing, problemOfChoice } from "./choosing";
import { Legend } from "./legend";
import { Saving } from "./saving";

/** For one view. */
export const cardOf = (view: GuessView) => () => <Card view={view} />;

function Card({ view }: { view: GuessView }) {
  const now = view.guessing.asked.value;
  if (!now) return null;
  const phase = now.revealed ? "revealed" : now.committed ? "committed" : "asked";
  return (
    <section class="xw-guess" aria-label="Guess first" data-phase={phase}>
      <Parts view={view} now={now} phase={phase} />
    </section>
  );
}

type Phase = "asked" | "committed" | "revealed";
type Props = { view: GuessView; now: Guess; phase: Phase };

function Parts({ view, now, phase }: Props) {
  const { guessing, ui } = view;
  const box = useRef<HTMLDivElement>(null);
  const seen = useRef(phase);
  // After a press of its button the focus goes to what comes next, which says what happened.
  useEffect(() => {
    const before = seen.current;
    seen.current = phase;
    if (before === phase || !box.current) return;
    box.current.querySelector<HTMLElement>(FOCUS[phase])?.focus({ preventScroll: true });
  }, [phase]);
  const { kind, prompt } = now.question;
  const region = kind === "region";
  const missing = region
    ? problemOf(guessing.area.value)
    : problemOfChoice(now.question, guessing.chosen.value);
  return (
    <div ref={box} class="xw-guess-parts">
      <p class="xw-prompt" tabIndex={-1} id={`${ui.id}-asked`}>
        {prompt}
      </p>
      {phase === "asked" &&
        (region ? <Brushing view={view} /> : <Choosing view={view} now={now} />)}
      {phase === "asked" && (
        <Act
          words="Commit my guess"
          missing={missing}
          note="Your first guess stays on record. Then you can reveal the evidence."
          act={guessing.commit}
        />
      )}
      {phase === "committed" && (
        <>
          {!region && <Choosing view={view} now={now} />}
          <Act
            words="Reveal"
            missing={now.waits && waiting(view, now)}
            note="Your guess is committed."
            act={guessing.reveal}
          />
        </>
      )}
      <div aria-live="polite">
        {phase === "revealed" && (
          <p class="xw-worth" tabIndex={-1} data-right={now.right ?? undefined}>
            {resultOf(now)}
          </p>
        )}
        {phase === "revealed" && now.feedback && <p>{now.feedback}</p>}
      </div>
      {phase === "revealed" && (
        <>
          {now.evidence && <Legend view={view} />}
          <div class="xw-guess-acts">
            <button type="button" onClick={guessing.reset}>
              Guess again
            </button>
            <Saving view={view} />
            <small>{triesOf(now.tries)}</small>
          </div>
        </>
      )}
    </div>
  );
}

const FOCUS: Record<Phase, string> = {
  asked: ".xw-prompt",
  committed: ".xw-act",
  revealed: ".xw-worth",
};

function triesOf(tries: number): string {
  return tries > 1 ? `Guess ${tries}. The first one stays on record.` : "";
}

function waiting({ ui: { store } }: GuessView, { waits }: Guess): string {
  const { iteration, iterations } = store.progress.value;
  if (store.status.value !== "running" || !iterations) return waits;
  return `${waits} (Iteration ${iteration} of ${iterations} at most.)`;
}

/** A button that says why it does nothing yet. */
function Act(props: { words: string; missing: string; note: string; act: () => void }) {
  const { words, missing, note, act } = props;
  const said: ComponentChildren = missing || note;
  return (
    <div class="xw-guess-acts">
      <button
        type="button"
        class="xw-act xw-primary"
        aria-disabled={missing !== "" || undefined}
        onClick={() => missing || act()}
      >
        {words}
      </button>
      <small role="status">{said}</small>
    </div>
  );
}
