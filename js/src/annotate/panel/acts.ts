/** What a person does to findings, by a button or a key. */
import { batch, type ReadonlySignal, type Signal } from "@preact/signals";
import type { FindingRecord, PreviewRow } from "../../kernel/contract";
import type { Ui } from "../../panel/ui";
import { WHOLE } from "../../picture/camera";
import { focused } from "../../support/keys";
import { isolated } from "../../support/texts";
import { around } from "../../support/walking";
import { boundsOf, type Region } from "../region";
import type { Findings, Step, Stepped } from "../state/findings";
import type { Annotating } from "../view";
import { afterRemoving } from "./listing";
import { asTold, told } from "./told";
import { counted, nameOf, SHAPES, VERDICTS, type Verdict } from "./words";

export interface Acts {
  /** Make a finding of a region, with the label that was given here last. */
  add(region: Region): FindingRecord;
  /** Give a finding a label. */
  label(id: string, label: string): void;
  /** Turn annotating on or off. */
  toggle(): void;
  /** Say what was undone or done again, and select that finding. */
  tell(done: Stepped): void;
  /** Select a finding and show it on the picture. */
  select(id: string | null): void;
  /** Go to the next one of the list, or back. */
  go(by: 1 | -1): void;
  /** Enlarge the picture so far that the selected finding fills it, or show all of it again. */
  look(): void;
  judge(verdict: Verdict): void;
  /** Say something of a finding: one's own, or another's as a review. */
  say(id: string, words: { kind?: string; reason?: string }): void;
  duplicate(): void;
  remove(): void;
  /** Choose a tool, and annotate with it; it stays chosen until it is put away or another is. */
  use(tool: string): void;
  /** Go to the field of the label; false where there is none, which is said. */
  name(): boolean;
  /** Look for regions to propose. */
  propose(): void;
  /** Hide the selected finding on the picture, or show it; or all of them. */
  hide(): void;
  hideAll(): void;
  /** One step back: close what is open, then the selection, then the tool, then annotating. */
  leave(): boolean;
  resolve(id: string, to: "theirs" | "mine as new"): void;
  /** Save the findings as a file. */
  write(format: string): void;
  /** Take what a file holds, as one step that can be undone. */
  take(read: readonly PreviewRow[]): void;
}

interface Parts {
  ui: Ui;
  findings: Findings;
  annotating: Annotating;
  order: ReadonlySignal<readonly FindingRecord[]>;
  /** What there is to say of the file that was written last. */
  written: Signal<readonly string[]>;
  propose(): void;
  /** Close what is open, whatever it is; false where nothing is. */
  close(): boolean;
}

/** The share of the picture that a finding fills which is looked at closely. */
const FILLED = 0.6;

export function createActs(parts: Parts): Acts {
  const { ui, findings, annotating, order } = parts;
  const { says } = annotating;
  const { selected, on, hidden } = annotating;
  const chosen = () => findings.get(selected.peek());
  /** Its name as far as it is told. */
  const named = (finding: FindingRecord) =>
    nameOf(asTold(finding, findings.author.peek(), findings.reviews.peek()));

  function show(finding: FindingRecord): void {
    const [left, upper, right, lower] = boundsOf(finding.region);
    // The upper left corner last: it is seen also of what is larger than the view.
    ui.show({ x: Math.ceil(right) - 1, y: Math.ceil(lower) - 1 });
    ui.show({ x: Math.floor(left), y: Math.floor(upper) });
  }
  function select(id: string | null): void {
    batch(() => {
      selected.value = id;
      const finding = chosen();
      if (finding) show(finding);
      if (on.peek()) return;
      const seen = hidden.peek().has(id ?? "") ? "is hidden" : "is shown";
      says.value = finding
        ? `${named(finding)} ${seen} on the picture. Del deletes it; A turns annotating on.`
        : "";
    });
  }
  /** What was said while it was off was of that. */
  function turnOn(): void {
    if (on.peek()) return;
    batch(() => {
      on.value = true;
      says.value = "";
    });
  }
  /** The label that was given here last: none that came from Python, a file or another person. */
  let last = "";
  /** Do something to the selected finding, or say that there is none. */
  function withChosen(act: (finding: FindingRecord) => void): void {
    const finding = chosen();
    if (finding) act(finding);
    else says.value = "No finding is selected.";
  }
  function say(finding: FindingRecord, words: Partial<Saying>): void {
    const me = findings.author.peek();
    const own = told(finding, me, findings.reviews.peek());
    if (!own.others) findings.change(finding.id, words);
    else if (words.verdict || own.verdict) {
      const { verdict, kind, reason } = { ...own, ...words };
      findings.review(finding.id, { verdict: verdict || own.verdict, kind, reason });
    } else says.value = "Give your verdict first.";
  }

  return {
    select,
    tell({ undone, steps, finding }) {
      const what = steps.length > 1 ? counted(steps.length, "finding") : named(finding);
      select(finding.deleted ? null : finding.id);
      says.value = `${undone ? "Undone" : "Redone"}: ${doneTo(steps[0] as Step)} ${what}.`;
    },
    add(region) {
      const finding = findings.add(region, { label: last });
      const name = last
        ? `${SHAPES[region.type]}, labeled “${isolated(last)}” like the one before: T changes it`
        : nameOf(finding);
      says.value = `Added ${name}. C, S or U judges it.`;
      return finding;
    },
    label(id, label) {
      last = label;
      findings.change(id, { label });
    },
    say: (id, words) => {
      const finding = findings.get(id);
      if (finding) say(finding, words);
    },
    toggle() {
      if (on.peek()) on.value = false;
      else turnOn();
    },
    go(by) {
      const all = order.peek();
      if (all.length === 0) {
        says.value = "There are no findings here.";
        return;
      }
      const at = all.findIndex(({ id }) => id === selected.peek());
      const next = all[around(at, by, all.length)];
      if (!next) return;
      select(next.id);
      const place = `${all.indexOf(next) + 1} of ${all.length}`;
      says.value = `${nameOf(next)}, ${next.verdict || "no verdict"}, ${place}`;
    },
    look: () =>
      withChosen((finding) => {
        if (ui.camera.peek().zoom > 1) ui.camera.value = WHOLE;
        else {
          const [left, upper, right, lower] = boundsOf(finding.region);
          const [height, width] = finding.frame;
          const side = Math.max((right - left) / width, (lower - upper) / height, 1 / 64);
          const middle = { x: (left + right) / 2, y: (upper + lower) / 2 };
          ui.zoom(Math.max(1.5, FILLED / side), ui.inPane(middle));
          show(finding);
        }
      }),
    judge: (verdict) =>
      withChosen((finding) => {
        say(finding, { verdict });
        says.value = `${VERDICTS[verdict].name}.`;
      }),
    duplicate: () =>
      withChosen(({ id }) => {
        const copy = findings.duplicate(id);
        if (!copy) return;
        select(copy.id);
        says.value = `Duplicated ${named(copy)}.`;
      }),
    remove: () =>
      withChosen((finding) => {
        const next = afterRemoving(
          order.peek().map(({ id }) => id),
          finding.id,
        );
        const held = focused(ui.root);
        batch(() => {
          findings.remove(finding.id);
          selected.value = next;
        });
        says.value = `Deleted ${named(finding)}. Ctrl+Z brings it back.`;
        // Its own controls go with the last finding.
        if (next === null && held?.closest(".xw-judge, .xw-listed")) ui.refocus();
      }),
    use(tool) {
      turnOn();
      // Put away by its own button, a drag would move the finding before in place of marking one.
      if (ui.chosen.peek() === tool)
        says.value = "It stays chosen: Esc leaves the selection, then the tool.";
      else ui.use(tool);
    },
    name() {
      if (chosen()) {
        ui.root.querySelector<HTMLElement>(".xw-judge [data-field=label] input")?.focus();
        return true;
      }
      const open = annotating.line.peek().length > 0;
      says.value = open
        ? "Finish what is being drawn first: Enter does. Letters do nothing for 2 seconds."
        : "No finding is selected. Letters do nothing for 2 seconds, or until Esc.";
      return false;
    },
    propose() {
      turnOn();
      ui.use(null);
      parts.propose();
    },
    hide: () =>
      withChosen(({ id }) => {
        const next = new Set(hidden.peek());
        if (!next.delete(id)) next.add(id);
        hidden.value = next;
        says.value = next.has(id) ? "Hidden on the picture." : "Shown on the picture.";
      }),
    hideAll() {
      const none = annotating.allHidden.peek();
      hidden.value = new Set(none ? [] : findings.all.peek().map(({ id }) => id));
      says.value = none ? "All are shown on the picture." : "All are hidden on the picture.";
    },
    leave() {
      if (parts.close()) return true;
      says.value = "";
      if (selected.peek() !== null) selected.value = null;
      else if (ui.chosen.peek() !== null) ui.use(null);
      else on.value = false;
      return true;
    },
    resolve(id, to) {
      findings.resolve(id, to);
      says.value = to === "theirs" ? "Theirs is taken." : "Yours is kept as a new finding.";
      ui.refocus();
    },
    write: (format) => {
      findings.writeFile(format).then(
        (lines) => {
          parts.written.value = lines;
        },
        (error: unknown) => ui.store.say(error instanceof Error ? error.message : String(error)),
      );
    },
    take(read) {
      const added = new Set<string>();
      findings.together(() => {
        for (const row of read) {
          const { finding, base = 0 } = row;
          if (!finding) continue;
          if (findings.hereOf(row) === "same") {
            const { region, id, ...more } = finding;
            added.add(findings.add(region, more).id);
          } else {
            findings.load(finding, base);
            added.add(finding.id);
          }
        }
      });
      // As it is listed: the next key judges it, and N goes on to the others.
      const first = order.peek().find(({ id }) => added.has(id));
      if (first) select(first.id);
      says.value = `Added ${counted(read.length, "finding")}.`;
    },
  };
}

function doneTo({ before, after }: Step): string {
  if (after.deleted) return "deleted";
  if (before.deleted) return "added";
  if (after.region) return "reshaped";
  if (after.label !== undefined) return "labeled";
  return after.verdict === undefined ? "changed" : "judged";
}

type Saying = Pick<FindingRecord, "verdict" | "kind" | "reason">;
