/** What stands beside our evidence, of one Inspector: the panes as the kernel has them, and their values. */
import { computed, effect, type ReadonlySignal } from "@preact/signals";
import type { BesidePane, Measured, MethodEntry } from "../../kernel/contract";
import type { Store } from "../../state/store";
import { createFetching, type Fetching, type Wish } from "./fetching";
import { openKept } from "./saved";
import { decodeValues, type Values } from "./values";

export interface Beside extends Omit<Fetching, "put" | "keep"> {
  store: Store;
  /** The methods that a person can put beside the evidence. */
  methods: ReadonlySignal<MethodEntry[]>;
  panes: ReadonlySignal<BesidePane[]>;
  measured: ReadonlySignal<Measured[]>;
  /** Rows and columns of the patches in which a vision transformer reads the image; else none. */
  tokens: ReadonlySignal<number[]>;
  /** Put a method beside the evidence, with its usual options. */
  add(method: string): void;
  /** Try again what was stopped or failed, as it was made. */
  retry(id: number): void;
  remove(id: number): void;
  stop(id: number): void;
}

export function createBeside(store: Store): Beside {
  const { wire, beside: panes } = store;
  const { link, trait, ended } = wire;

  async function ask({ pane, target }: Wish): Promise<Values | string | null> {
    const reply = await link.ask({ type: "values", pane, target }, () => false);
    if (reply.type === "lost") return null;
    if (reply.type === "failed") return reply.message;
    try {
      return decodeValues(reply, reply.buffer);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  const live = computed(() => link.state.value === "live");
  const { put, keep, ...fetching } = createFetching(ask, live, ended);
  const unwatch = effect(() => keep(panes.value.map(({ id }) => id)));
  ended.addEventListener("abort", unwatch);
  const putFirst: typeof put = (wish, values) => {
    if (!fetching.valuesOf(wish.pane, wish.target)) put(wish, values);
  };
  openKept(wire.model, panes.peek(), store.target.peek(), putFirst).catch((error: unknown) =>
    store.say(`What the notebook kept beside the evidence cannot be read: ${error}`),
  );
  return {
    ...{ store, panes, ...fetching },
    methods: trait("_methods", []),
    measured: trait("_measured", []),
    tokens: trait("_tokens", []),
    add: (method) => void link.ask({ type: "beside_add", method }),
    retry: (id) => void link.ask({ type: "beside_retry", pane: id }),
    remove: (id) => void link.ask({ type: "beside_remove", pane: id }),
    stop: (id) => void link.ask({ type: "beside_stop", pane: id }),
  };
}
