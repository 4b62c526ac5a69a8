/** The run: what it was made with, how far it is, and what a person has done with it. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Checked, Progress, Setting, SettingValue } from "../kernel/contract";
import { isMute } from "../kernel/link";
import type { Reply } from "../kernel/replies";
import type { Looking } from "./looking";
import type { Settings, SettingValues } from "./settings";
import type { KernelStatus } from "./status";
import type { Wire } from "./wire";

export type Ran = SettingValues & { game: string };

export interface Run {
  progress: ReadonlySignal<Progress>;
  /** What speaks for and against the main run's last masks, by class. */
  checks: ReadonlySignal<Checked>;
  /** A run was asked for whose first mask has not come: what is drawn is older. */
  starting: ReadonlySignal<boolean>;
  /** Settings of the run drawn, whatever is set for the next one. */
  ran: ReadonlySignal<Ran>;
  /** What is set is for the next run: the newest was made otherwise, or there was none. */
  changed: ReadonlySignal<boolean>;
  run(): Promise<Reply<"run">>;
  /** Set what the next run is made with; that run begins at once where the setting says so. */
  set(setting: Pick<Setting, "name" | "at_once">, value: SettingValue): void;
  runMore(): Promise<Reply<"run_more">>;
  stop(): Promise<Reply<"stop">>;
}

export function readProgress({ model }: Wire): Progress {
  return {
    ...{ run: 0, iteration: 0, iterations: 0, seconds: 0, rate: 0 },
    ...(model.get("_progress") as Partial<Progress> | undefined),
  };
}

export function createRun(
  wire: Wire,
  { status }: KernelStatus,
  { next, iterations }: Settings,
  looking: Looking,
): Run {
  const { link, listen } = wire;
  const { drawn } = looking;
  const progress = signal(readProgress(wire));
  const asked = signal(false);
  const begun = () => {
    asked.value = false;
  };
  /** A run was begun, and what is drawn is of one before it. */
  const older = computed(() => (drawn.value?.run ?? 0) < progress.value.run);
  const made = computed<Ran>(() => ({ game: "", ...next.value, ...progress.value.settings }));
  /** The newest two, as the picture stays the older one's until the newer has a mask. */
  const runs = signal<[number, Ran][]>([]);

  looking.onNewRun(begun);
  listen("change:_progress", () => {
    progress.value = readProgress(wire);
    looking.advanceTo(progress.value.run);
  });
  listen("change:status", () => {
    if (status.peek() !== "running") begun(); // stopped before its first mask
    looking.redraw();
  });
  wire.on("welcome", ({ run }) => {
    looking.advanceTo(run);
    looking.redraw();
  });
  wire.atEnd(
    link.state.subscribe((state) => {
      // Nobody will begin it: the mask that there is stays.
      if (isMute(state)) begun();
    }),
  );
  wire.atEnd(
    progress.subscribe(({ run }) => {
      const others = runs.peek().filter(([number]) => number !== run);
      runs.value = [...others.slice(-1), [run, made.peek()]];
    }),
  );

  function start(settings: SettingValues): Promise<Reply<"run">> {
    looking.followNewest();
    asked.value = true;
    const refused = (reply: Reply<"run">) => void (reply.type !== "done" && begun());
    return link.ask({ type: "run" }, refused, { ...settings, _follow: true });
  }

  return {
    progress,
    checks: wire.trait("_checks", {}),
    starting: computed(
      () => asked.value || (older.value && drawn.value !== null && status.value === "running"),
    ),
    ran: computed(() => {
      const known = older.value && runs.value.find(([run]) => run === drawn.value?.run);
      return known ? known[1] : made.value;
    }),
    changed: computed(() => {
      if (asked.value) return false;
      const { run, settings = {} } = progress.value;
      const differs = ([name, set]: [string, SettingValue]) =>
        settings[name] !== undefined && settings[name] !== set;
      return run === 0 || Object.entries(next.value).some(differs);
    }),
    run: () => start({}),
    set({ name, at_once }, value) {
      if (at_once) void start({ [name]: value });
      else link.write({ [name]: value });
    },
    runMore() {
      looking.followNewest();
      const command = { type: "run_more", iterations: iterations.peek() } as const;
      return link.ask(command, undefined, { _follow: true });
    },
    stop: () => link.ask({ type: "stop" }),
  };
}
