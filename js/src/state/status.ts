/** Whether there is a kernel to ask, and what it does. */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { Status } from "../kernel/contract";
import { isCut, isMute, LINKS, type LinkState } from "../kernel/link";
import type { Said } from "../kernel/views";
import type { Wire } from "./wire";

export interface KernelStatus {
  link: ReadonlySignal<LinkState>;
  /** The page was exported: there is no kernel. */
  portable: ReadonlySignal<boolean>;
  /** Why nothing can be asked of a kernel; empty where it can. */
  offline: ReadonlySignal<string>;
  status: ReadonlySignal<Status>;
  connect(): void;
  /** Tell the kernel how many views there are. */
  shows(said: Said): void;
}

export function createStatus({ link, trait }: Wire): KernelStatus {
  const portable = trait("_portable", false);
  const said = trait("status", "idle");
  return {
    link: link.state,
    portable,
    offline: computed(() => {
      if (portable.value) return "This page only shows results.";
      const { value } = link.state;
      return (isMute(value) && LINKS[value]) || "";
    }),
    /** A kernel that ended in the middle of a run could not say that it has. */
    status: computed<Status>(() => {
      const ended = isCut(link.state.value) && link.state.value !== "lost";
      return ended && said.value === "running" ? "stopped" : said.value;
    }),
    connect: link.hello,
    shows(said) {
      if (!portable.peek()) link.mention({ type: "views", ...said });
    },
  };
}
