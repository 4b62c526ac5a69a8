/** Regions to propose: the connected parts of the evidence, gone through one by one. */
import { batch, computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Frame } from "../../kernel/frame";
import { type Proposing, parts, proposing } from "../parts";
import { type Region, regionOf } from "../region";

/** What is looked for, as a person gives it: share and threshold in [0, 1]. */
export type Parameter = "threshold" | "share" | "gap" | "most";

/** What each may be. */
export const ENDS: Record<Parameter, { least: number; most: number; step: number }> = {
  threshold: { least: 0.01, most: 1, step: 0.01 },
  share: { least: 0, most: 1, step: 0.01 },
  gap: { least: 0, most: 32, step: 1 },
  most: { least: 1, most: 50, step: 1 },
};

export interface Proposal {
  key: string;
  region: Region;
  /** Of the evidence, and of the image, in [0, 1]. */
  share: number;
  area: number;
}

export interface Proposals {
  on: ReadonlySignal<boolean>;
  wanted(name: Parameter): number;
  /** Those that were neither accepted nor dismissed, and which of them is looked at. */
  left: ReadonlySignal<readonly Proposal[]>;
  at: ReadonlySignal<number>;
  open(): void;
  shut(): void;
  want(name: Parameter, value: number): void;
  go(to: number): void;
  accept(): void;
  /** Accept it, and leave the others: its shape is changed next. */
  reshape(): void;
  dismiss(): void;
}

/** What becomes of them. */
export interface Taking {
  /** What is drawn now; null where nothing is. */
  mask(): Frame | null;
  /** The threshold of the picture, in 255ths; 0 for none. */
  least(): number;
  channel(): 0 | 1 | 2 | null;
  /** Drawn over the picture. */
  proposed: Signal<Region | null>;
  /** Becomes a finding, which is selected, unless it is one already; says so. */
  add(region: Region): void;
  /** @param more whether it goes on with what was said last */
  say(news: string, more?: boolean): void;
}

export function createProposals(taking: Taking): Proposals {
  const on = signal(false);
  const wanted = signal<Proposing | null>(null);
  const mask = signal<Frame | null>(null);
  const done = signal<ReadonlySet<string>>(new Set());
  const at = signal(0);
  const found = computed(() => {
    const frame = mask.value;
    if (!frame || !wanted.value) return [];
    return parts(frame, wanted.value).flatMap(({ grid, pixels, share }): Proposal[] => {
      const region = regionOf(grid);
      const area = pixels / (grid.height * grid.width);
      return region ? [{ key: keyOf(region), region, share, area }] : [];
    });
  });
  const left = computed(() => found.value.filter(({ key }) => !done.value.has(key)));

  function go(to: number): void {
    batch(() => {
      at.value = Math.max(0, Math.min(left.peek().length - 1, to));
      taking.proposed.value = left.peek()[at.peek()]?.region ?? null;
    });
  }
  function shut(): void {
    batch(() => {
      on.value = false;
      mask.value = wanted.value = null;
      taking.proposed.value = null;
    });
  }
  /** Have done with the one that is looked at. */
  function finish(act: (proposal: Proposal) => void): void {
    const proposal = left.peek()[at.peek()];
    if (!proposal) return;
    act(proposal);
    done.value = new Set([...done.peek(), proposal.key]);
    go(at.peek());
  }
  const rest = () => `${left.peek().length - 1} left.`;
  return {
    ...{ on, left, at, go, shut },
    wanted(name) {
      const now = wanted.value;
      if (!now) return 0;
      return name === "threshold" ? Math.round((100 * now.least) / 255) / 100 : now[name];
    },
    open() {
      const now = taking.mask();
      batch(() => {
        on.value = true;
        mask.value = now;
        wanted.value = now && proposing(now, taking.channel(), taking.least());
        done.value = new Set();
      });
      go(0);
    },
    want(name, value) {
      const before = wanted.peek();
      if (!before) return;
      batch(() => {
        const change =
          name === "threshold" ? { least: Math.round(255 * value) } : { [name]: value };
        wanted.value = { ...before, channel: taking.channel(), ...change };
        mask.value = taking.mask();
      });
      go(0);
    },
    accept() {
      finish(({ region }) => {
        taking.add(region);
        taking.say(rest(), true);
      });
      // The verdict of what was accepted last is asked for in its place.
      if (left.peek().length === 0) shut();
    },
    reshape() {
      finish(({ region }) => taking.add(region));
      shut();
    },
    dismiss: () => finish(() => taking.say(`Dismissed; ${rest()}`)),
  };
}

/** Where the keys of a proposal lead. */
export function pressOn(proposals: Proposals, key: string): boolean {
  if (key === "Enter") proposals.accept();
  else if (key === "e" || key === "E") proposals.reshape();
  else if (key === "Backspace" || key === "Delete") proposals.dismiss();
  else if (key === "Escape") proposals.shut();
  else if (key === "n") proposals.go(proposals.at.peek() + 1);
  else if (key === "N") proposals.go(proposals.at.peek() - 1);
  else return false;
  return true;
}

/** The same part is the same however often it is found. */
function keyOf(region: Region): string {
  return region.type === "mask" ? region.counts : JSON.stringify(region);
}
