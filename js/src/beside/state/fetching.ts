/**
 * Values are asked for when a view shows them, one request at a time for each pane and class, and again
 * where newer ones are told of: the newest wish wins.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import { Kept } from "./kept";
import { bytesOf, type Values } from "./values";

/**
 * Values kept of all panes and classes, in bytes: 300 of 224×224 in three channels, 16 of 1024×1024. Those
 * that a view shows are kept beyond it: they are of 13 pictures at most, and would be asked for again.
 */
const LIMIT = 128e6;
/** While our own evidence grows its order changes with every iteration: asked again after so many ms. */
const PACE = 500;

export interface Wish {
  /** The pane's id; 0 for our own evidence. */
  pane: number;
  target: number;
  /** Another one where there are other values. */
  version: string;
}

export interface Fetching {
  /** The newest values that have come, also where newer ones are told of. */
  valuesOf(pane: number, target: number): Values | null;
  /** Why there are none; or "". */
  errorOf(pane: number, target: number): string;
  /** Have these fetched, for every view that asks under its own name; none ends it. */
  want(view: string, wishes: readonly Wish[]): void;
  /** Keep what has come in another way. */
  put(wish: Wish, values: Values): void;
  /** Forget the values of panes that are gone. */
  keep(panes: readonly number[]): void;
}

/** @param ask brings values, an error in words, or null where nobody answers now. */
export function createFetching(
  ask: (wish: Wish) => Promise<Values | string | null>,
  live: ReadonlySignal<boolean>,
  ended: AbortSignal,
  limit = LIMIT,
): Fetching {
  const kept = new Kept<{ values: Values; version: string }>(limit);
  const errors = new Map<string, { words: string; version: string }>();
  const wanted = new Map<string, readonly Wish[]>();
  const busy = new Set<string>();
  /** Raised with all that comes, so that what depends on it is computed anew. */
  const held = signal(0);
  const keyOf = ({ pane, target }: Pick<Wish, "pane" | "target">) => `${pane}/${target}`;

  // An error is of what is newer than the values that are kept.
  const versionOf = (key: string) => errors.get(key)?.version ?? kept.get(key)?.version;
  const isWanted = (key: string) => newest(key) !== undefined;
  /** The wish for a key that was made last. */
  const newest = (key: string) =>
    [...wanted.values()].flat().findLast((each) => keyOf(each) === key);

  async function fetch(key: string): Promise<void> {
    const wish = newest(key);
    if (busy.has(key) || !wish || !live.peek() || versionOf(key) === wish.version) return;
    busy.add(key);
    const first = versionOf(key) === undefined;
    const came = await ask(wish);
    if (ended.aborted) return;
    if (typeof came === "string") errors.set(key, { words: came, version: wish.version });
    else if (came) put(wish, came);
    held.value += 1;
    const rest = first && came ? 0 : PACE;
    setTimeout(() => {
      busy.delete(key);
      if (!ended.aborted) void fetch(key);
    }, rest);
  }

  function put(wish: Wish, values: Values): void {
    const key = keyOf(wish);
    errors.delete(key);
    kept.put(key, { values, version: wish.version }, bytesOf(values), isWanted);
    held.value += 1;
  }

  const unwatch = live.subscribe(() => {
    for (const wish of [...wanted.values()].flat()) void fetch(keyOf(wish));
  });
  ended.addEventListener("abort", unwatch);

  return {
    put,
    valuesOf(pane, target) {
      held.value;
      return kept.get(keyOf({ pane, target }))?.values ?? null;
    },
    errorOf(pane, target) {
      held.value;
      return errors.get(keyOf({ pane, target }))?.words ?? "";
    },
    want(view, wishes) {
      wanted.delete(view);
      if (wishes.length > 0) wanted.set(view, wishes);
      for (const wish of wishes) void fetch(keyOf(wish));
    },
    keep(panes) {
      for (const key of [...kept.keys(), ...errors.keys()]) {
        const pane = Number(key.split("/")[0]);
        if (pane === 0 || panes.includes(pane)) continue;
        kept.drop(key);
        errors.delete(key);
      }
    },
  };
}
