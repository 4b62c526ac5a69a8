import { signal } from "@preact/signals";
import { createPanel, type View } from "../../../src/annotate/panel/view";
import type { Stepped } from "../../../src/annotate/state/findings";
import type {
  EffectRecord,
  FindingRecord,
  PreviewRow,
  ReviewRecord,
} from "../../../src/kernel/contract";
import type { Ui } from "../../../src/panel/ui";
import { WHOLE } from "../../../src/picture/camera";
import { aFinding } from "./a_finding";

type Findings = View["findings"];

/** Findings that are kept in memory, with what was done to them. */
export function fakeFindings(first: readonly FindingRecord[] = []) {
  const all = signal(first);
  const reviews = signal<readonly ReviewRecord[]>([]);
  const clashes = signal<{ mine: FindingRecord; theirs: FindingRecord }[]>([]);
  const stepped = signal<Stepped | null>(null);
  const did: string[] = [];
  const effects = new Map<string, EffectRecord | "pending">();
  const findings = {
    ...{ all, reviews, clashes, stepped },
    get: (id: string | null) => all.value.find((each) => each.id === id) ?? null,
    add(region: FindingRecord["region"], more: Partial<FindingRecord> = {}) {
      const made = aFinding({ region, ...more });
      all.value = [...all.peek(), made];
      did.push("add");
      return made;
    },
    change(id: string, patch: Partial<FindingRecord>) {
      all.value = all.peek().map((each) => (each.id === id ? { ...each, ...patch } : each));
      did.push("change");
    },
    hereOf: ({ finding, here = "" }: PreviewRow) =>
      findings.get(finding?.id ?? "") ? "same" : here,
    load(finding: FindingRecord, base: number) {
      all.value = [...all.peek(), finding];
      did.push(`load over ${base}`);
    },
    remove(id: string) {
      all.value = all.peek().filter((each) => each.id !== id);
    },
    duplicate(id: string) {
      const { id: _, ...of } = findings.get(id) as FindingRecord;
      return findings.add(of.region, of);
    },
    together(acts: () => void) {
      did.push("together");
      acts();
    },
    review(id: string, said: Pick<ReviewRecord, "verdict" | "kind" | "reason">) {
      const made = { id: `review ${id}`, finding: id, author: "me", created: "", ...said };
      reviews.value = [...reviews.peek(), made];
    },
    resolve(id: string, to: string) {
      did.push(to);
      clashes.value = clashes.peek().filter(({ mine }) => mine.id !== id);
    },
    stateOf: () => "saved" as const,
    effectOf: (id: string) => effects.get(id) ?? ("untested" as const),
    ...{ reason: signal(""), store: signal("a file"), author: signal("me"), ready: signal(true) },
    ...{ labels: signal<string[]>([]), kinds: signal<string[]>([]), formats: signal([]) },
    want: () => {},
    readFile: () => Promise.resolve({ rows: [], notes: [] }),
    writeFile: (format: string) => Promise.resolve([`Saved a.${format}`, "It has no holes."]),
  };
  return { findings, all, did, effects, clashes, reviews, stepped };
}

/** A view with findings, and what it did to the picture. */
export function aView(first: readonly FindingRecord[] = []) {
  const fake = fakeFindings(first);
  const chosen = signal<string | null>(null);
  const shown: { x: number; y: number }[] = [];
  const focused: string[] = [];
  const ui = {
    ...{
      chosen,
      ...{ scene: signal(null), cursor: signal(null), placement: signal({ scale: 1 }) },
      channel: signal(null),
      threshold: signal(0),
      camera: signal(WHOLE),
    },
    use(tool: string | null) {
      chosen.value = tool;
    },
    show: (place: { x: number; y: number }) => shown.push(place),
    zoom(factor: number) {
      ui.camera.value = { ...ui.camera.peek(), zoom: factor };
    },
    inPane: (place: object) => place,
    refocus: () => focused.push("picture"),
    root: { getRootNode: () => ({ activeElement: null }), querySelector: () => null },
    store: { say: () => {}, portable: signal(false), drawn: signal(null) },
    ended: new AbortController().signal,
  };
  const view = createPanel(ui as unknown as Ui, fake.findings as unknown as Findings);
  return { ...fake, view, shown, focused, chosen };
}

/** A press of a key as the panel hears of it: "Shift+N", "Ctrl+d". */
export function press(keys: string): KeyboardEvent {
  const held = keys.split("+");
  const key = held.pop() as string;
  const has = (name: string) => held.includes(name);
  return {
    ...{ key, shiftKey: has("Shift"), ctrlKey: has("Ctrl"), metaKey: has("Meta") },
    ...{ altKey: has("Alt"), timeStamp: 0 },
  } as KeyboardEvent;
}
