/**
 * What a person did and no store has confirmed, kept by the browser, so that it survives a reload of
 * the page and a restart of the kernel. One key an act: two tabs never write the same one.
 */
import { type ReadonlySignal, signal } from "@preact/signals";
import { createPages, type Locks } from "./pages";
import type { Finding } from "./record";

interface AnyAct {
  /** A UUID: sent twice, it is done once. */
  act: string;
  /** The finding. */
  id: string;
  /** Order in which acts were made, in ms. */
  at: number;
  /** Name of the page that made it, on what another left; "" where that page had nobody to send it to. */
  page?: string;
}

/** A finding as it was left: new, changed or deleted. */
export interface Put extends AnyAct {
  type: "put";
  finding: Finding;
  /** The version that it changes; 0 for a new one. */
  base: number;
  /** It was read from a file: what it was seen on is its own. */
  imported?: boolean;
  /** What was looked at. */
  target: number;
  iteration: number;
}

/** A judgment of another person's finding. */
export interface Reviewed extends AnyAct {
  type: "review";
  verdict: string;
  kind: string;
  reason: string;
}

export type Act = Put | Reviewed;

export interface Outbox {
  /** Why the browser does not keep what is given, in words; "" while it does. */
  trouble: ReadonlySignal<string>;
  /**
   * Keep acts under this name from now on, those that were given before, too.
   *
   * @returns those that were kept under it, oldest first
   */
  open(scope: string): Act[];
  /**
   * Take over what other pages left, of each page at once: as soon as that page sends no more, and by
   * one other page only. What is of no page is taken at once, and so is what was left where the browser
   * does not tell which pages there are.
   */
  takeOver(left: readonly Act[], take: (acts: Act[]) => void): void;
  /** Whether this page sends its acts itself, sooner or later; else others may take them over. */
  sends(itself: boolean): void;
  /** @returns whether nobody else sends it as long as this page is there */
  keep(act: Act): boolean;
  drop(act: Act): void;
  /** Hear of acts that another tab keeps under the same name, and of those that it drops. */
  onOther(kept: (act: Act) => void, dropped: (act: Act) => void): void;
}

const PREFIX = "xwidget finding ";

/**
 * @param storage where they are kept; it may throw.
 * @param ended ends the listening.
 * @param locks tell which pages there are; a browser has none where a page came by http.
 */
export function createOutbox(
  storage: () => Storage = () => localStorage,
  ended?: AbortSignal,
  locks: Locks | null = globalThis.navigator?.locks ?? null,
): Outbox {
  const pages = createPages(locks, ended);
  const trouble = signal("");
  /** Those that the browser did not take, and those before there was a name. */
  const held = new Map<string, Act>();
  let prefix: string | null = null;
  const keyOf = ({ act }: Act) => `${prefix} ${act}`;

  /** @returns whether the browser took it */
  function write(act: Act): boolean {
    held.set(act.act, act);
    if (prefix === null) return false;
    try {
      storage().setItem(keyOf(act), JSON.stringify({ page: pages.own, ...act }));
      held.delete(act.act);
      if (held.size === 0) trouble.value = "";
      return true;
    } catch (error) {
      const full = error instanceof DOMException && /quota/i.test(error.name);
      trouble.value = full
        ? "the browser has no more room for them; what it does not keep is lost with this page"
        : "the browser keeps nothing here; they are lost with this page";
      return false;
    }
  }

  function read(key: string | null, text: string | null): Act | null {
    if (prefix === null || !key?.startsWith(`${prefix} `) || !text) return null;
    try {
      const act = JSON.parse(text) as Act;
      return isAct(act) ? act : null;
    } catch {
      return null;
    }
  }

  /** All that are kept under the name, oldest first. */
  function all(): Act[] {
    const found: Act[] = [];
    try {
      const kept = storage();
      for (let k = 0; k < kept.length; k++) {
        const key = kept.key(k);
        const act = key === null ? null : read(key, kept.getItem(key));
        if (act) found.push(act);
      }
    } catch {
      // Then there is none; what is given next says so.
    }
    return found.sort((a, b) => a.at - b.at);
  }

  function listen(hear: (act: Act, isKept: boolean) => void): void {
    if (typeof window === "undefined") return;
    const onStorage = ({ key, newValue, oldValue }: StorageEvent) => {
      const act = read(key, newValue ?? oldValue);
      if (act) hear(act, newValue !== null);
    };
    window.addEventListener("storage", onStorage, ended ? { signal: ended } : {});
  }

  return {
    trouble,
    open(scope) {
      prefix = PREFIX + scope;
      const found = all();
      for (const act of [...held.values()]) write(act);
      return found;
    },
    takeOver(left, take) {
      const takeOf = (page: string) =>
        pages.after(page, () => take(all().filter((act) => pageOf(act) === page)));
      for (const page of new Set(left.map(pageOf))) takeOf(page);
      listen((act, isKept) => {
        const page = pageOf(act);
        if (isKept && (pages.tell || !page)) takeOf(page);
      });
    },
    sends: (itself) => (itself ? pages.stay() : pages.leave()),
    keep(act) {
      write(act);
      return pages.own !== "";
    },
    drop(act) {
      held.delete(act.act);
      if (held.size === 0) trouble.value = "";
      if (prefix === null) return;
      try {
        storage().removeItem(keyOf(act));
        // There may be room now for those that there was none for.
        for (const other of [...held.values()]) if (!write(other)) break;
      } catch {
        // Nothing was kept.
      }
    },
    onOther(kept, dropped) {
      listen((act, isKept) => (isKept ? kept : dropped)(act));
    },
  };
}

/** An act without a name of a page is of an earlier version. */
const pageOf = ({ page = "" }: Act) => page;

/** Whether it is one of ours: other pages of the same address may write there, too. */
function isAct(value: unknown): value is Act {
  const act = value as Partial<Put> | null;
  const named = typeof act?.act === "string" && typeof act.id === "string";
  if (!named || typeof act.at !== "number") return false;
  return act.type === "put" ? typeof act.finding?.region === "object" : act.type !== undefined;
}
