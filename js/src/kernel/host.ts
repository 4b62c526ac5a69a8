/**
 * What the host knows of the kernel. JupyterLab and Notebook 7 hand their kernel's connection to a
 * widget; where a host does not, nothing is known, and only an answer shows that it is there.
 */
import { type ReadonlySignal, signal } from "@preact/signals";

/**
 * `lost`: not reached, which may pass. `gone`: shut down, or there was none. `replaced`: a kernel
 * runs that was restarted, or another one, which knows nothing of this panel.
 */
export type KernelState = "unknown" | "idle" | "busy" | "lost" | "gone" | "replaced";

/** The part of a kernel connection that is looked at, as in `@jupyterlab/services`. */
interface Connection {
  status?: string;
  connectionStatus?: string;
  isDisposed?: boolean;
  statusChanged?: Announcer;
  connectionStatusChanged?: Announcer;
}

interface Announcer {
  connect(slot: () => void): void;
  disconnect(slot: () => void): void;
}

export interface Kernel {
  state: ReadonlySignal<KernelState>;
  /** It answered this panel, whatever the host said before. */
  answered(): void;
}

/** Not all that happens is announced: a connection that is closed only ends. In ms. */
const LOOK = 400;

export function watchKernel(manager: unknown, ended: AbortSignal): Kernel {
  const state = signal<KernelState>("unknown");
  let watched: Connection | null = null;
  let connected = false;
  let replaced = false;
  let timer: ReturnType<typeof setInterval> | undefined;

  function connection(): Connection | null {
    const kernel = (manager as { kernel?: Connection | null }).kernel;
    return kernel && typeof kernel.status === "string" && !kernel.isDisposed ? kernel : null;
  }

  function session(): { isReady?: boolean } | undefined {
    return (manager as { context?: { sessionContext?: object } }).context?.sessionContext;
  }

  function follow(kernel: Connection | null): void {
    if (kernel === watched) return;
    watched?.statusChanged?.disconnect(look);
    watched?.connectionStatusChanged?.disconnect(look);
    kernel?.statusChanged?.connect(look);
    kernel?.connectionStatusChanged?.connect(look);
    watched = kernel;
  }

  function look(): void {
    const kernel = connection();
    // Another connection after the first: what it leads to has never heard of this panel.
    if (kernel && watched && kernel !== watched) replaced = true;
    if (kernel) follow(kernel);
    state.value = judge(kernel);
  }

  function judge(kernel: Connection | null): KernelState {
    if (!kernel) return watched || session()?.isReady ? "gone" : "unknown";
    const { status = "", connectionStatus } = kernel;
    if (status === "dead" || status === "terminating") return "gone";
    if (status === "restarting" || status === "autorestarting") replaced = true;
    if (replaced) return "replaced";
    if (connectionStatus === "connected") connected = true;
    else if (connected) return "lost";
    return status === "busy" || status === "idle" ? status : "unknown";
  }

  if (manager && typeof manager === "object" && "kernel" in manager) {
    look();
    timer = setInterval(look, LOOK);
  }
  ended.addEventListener("abort", () => {
    clearInterval(timer);
    follow(null);
  });

  return {
    state,
    answered() {
      replaced = false;
      connected = false;
      if (timer !== undefined) look();
    },
  };
}
