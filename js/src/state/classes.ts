/** The classes that are explained, and adding one. */
import { type ReadonlySignal, signal } from "@preact/signals";
import { shortOf } from "../catalog/sentences";
import type { ClassInfo } from "../kernel/contract";
import { isMute } from "../kernel/link";
import type { Reply } from "../kernel/replies";
import type { Looking } from "./looking";
import type { KernelStatus } from "./status";
import type { Wire } from "./wire";

export interface Classes {
  classes: ReadonlySignal<ClassInfo[]>;
  /** The class that was asked for and is not among them yet. */
  adding: ReadonlySignal<number | null>;
  /** All class names; null until asked for and answered. */
  names: ReadonlySignal<string[] | null>;
  askNames(): void;
  /** Explain one more class; nothing is asked where it is there. */
  add(target: number): Promise<Reply<"add">> | undefined;
  /** Why a class cannot be drawn: its mask is not here, and nobody can send it; else empty. */
  missing(target: number): string;
}

export function createClasses(
  { link, listen, atEnd }: Wire,
  classes: ReadonlySignal<ClassInfo[]>,
  looking: Looking,
  { portable, offline }: KernelStatus,
): Classes {
  const adding = signal<number | null>(null);
  const names = signal<string[] | null>(null);
  let asked = false;
  const added = () => {
    adding.value = null;
  };
  listen("change:_classes", () => {
    if (classes.peek().some(({ index }) => index === adding.peek())) added();
  });
  atEnd(
    link.state.subscribe((state) => {
      if (isMute(state)) added();
    }),
  );
  return {
    classes,
    adding,
    names,
    askNames() {
      if (asked) return;
      asked = true;
      void link.ask({ type: "categories" }, (reply) => {
        if (reply.type === "categories") names.value = reply.names;
        else asked = false;
      });
    },
    add(target) {
      if (classes.peek().some(({ index }) => index === target)) {
        looking.choose(target);
        return;
      }
      adding.value = target;
      // The kernel draws the new class itself, once its turn has come.
      return link.ask({ type: "add", target }, (reply) => {
        if (reply.type !== "done") added();
      });
    },
    missing(wanted) {
      const drawn = looking.drawn.value;
      if (portable.value || !offline.value || !drawn || drawn.target === wanted) return "";
      if (looking.maskOf({ run: 0, target: wanted })) return "";
      return `The mask of ${nameOf({ classes }, wanted)} is not on this page`;
    },
  };
}

/** A class that is explained, by its index. */
export function classOf({ classes }: Pick<Classes, "classes">, target: number | undefined) {
  return classes.value.find(({ index }) => index === target);
}

/** A class in few words. */
export function nameOf(store: Pick<Classes, "classes">, target: number): string {
  const found = classOf(store, target);
  return found ? shortOf(found) : `class ${target}`;
}
