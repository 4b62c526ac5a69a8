import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { watchKernel } from "../../src/kernel/host";
import { createLink, isCut, LINKS } from "../../src/kernel/link";
import type { Model } from "../../src/kernel/model";

class Announcer {
  readonly slots = new Set<() => void>();
  connect(slot: () => void) {
    this.slots.add(slot);
  }
  disconnect(slot: () => void) {
    this.slots.delete(slot);
  }
}

/** A kernel's connection as a host has it. */
class Connection {
  status = "idle";
  connectionStatus = "connected";
  isDisposed = false;
  readonly statusChanged = new Announcer();
  readonly connectionStatusChanged = new Announcer();
  becomes(status: string, connectionStatus = this.connectionStatus) {
    Object.assign(this, { status, connectionStatus });
    for (const slot of this.statusChanged.slots) slot();
    for (const slot of this.connectionStatusChanged.slots) slot();
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function watched(manager: unknown) {
  const end = new AbortController();
  return { ...watchKernel(manager, end.signal), end };
}

describe("what the host says of the kernel", () => {
  test.each([undefined, null, {}, { kernel: null }, { kernel: {} }])("nothing: %o", (manager) => {
    const { state } = watched(manager);
    vi.advanceTimersByTime(5000);
    expect(state.value).toBe("unknown");
  });

  test("a cell that runs makes it busy, no more", () => {
    const kernel = new Connection();
    const { state } = watched({ kernel });
    expect(state.value).toBe("idle");
    kernel.becomes("busy");
    expect(state.value).toBe("busy");
  });

  test("one that is shut down, announced or not, is gone", () => {
    for (const end of [
      (kernel: Connection) => kernel.becomes("dead"),
      (kernel: Connection) => kernel.becomes("terminating"),
      (kernel: Connection) => Object.assign(kernel, { isDisposed: true }),
    ]) {
      const kernel = new Connection();
      const { state } = watched({ kernel });
      end(kernel);
      vi.advanceTimersByTime(1000);
      expect(state.value).toBe("gone");
    }
    expect(
      watched({ kernel: null, context: { sessionContext: { isReady: true } } }).state.value,
    ).toBe("gone");
  });

  test.each(["restarting", "autorestarting"])("after %s it is another one", (status) => {
    const kernel = new Connection();
    const { state } = watched({ kernel });
    kernel.becomes(status);
    kernel.becomes("idle");
    vi.advanceTimersByTime(1000);
    expect(state.value).toBe("replaced");
  });

  test("a kernel started in its place is another one", () => {
    const manager: { kernel: Connection | null } = { kernel: new Connection() };
    const { state } = watched(manager);
    manager.kernel = null;
    vi.advanceTimersByTime(1000);
    expect(state.value).toBe("gone");
    manager.kernel = new Connection();
    vi.advanceTimersByTime(1000);
    expect(state.value).toBe("replaced");
  });

  test("a connection that drops may come back", () => {
    const kernel = new Connection();
    const { state } = watched({ kernel });
    kernel.becomes("idle", "connecting");
    expect(state.value).toBe("lost");
    kernel.becomes("idle", "connected");
    expect(state.value).toBe("idle");
  });

  test("an answer counts for more than what the host says", () => {
    const kernel = new Connection();
    const { state, answered } = watched({ kernel });
    kernel.becomes("restarting");
    kernel.becomes("idle", "disconnected");
    expect(state.value).toBe("replaced");
    answered();
    expect(state.value).toBe("idle");
  });

  test("nothing is looked at any more once the panel is closed", () => {
    const kernel = new Connection();
    const { end } = watched({ kernel });
    end.abort();
    expect(kernel.statusChanged.slots.size + kernel.connectionStatusChanged.slots.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("the way to the kernel", () => {
  function linked(status = "done") {
    const kernel = new Connection();
    const sent: unknown[] = [];
    let hear: (message: unknown) => void = () => {};
    const model: Model = {
      get: (name) => (name === "status" ? status : undefined),
      set: () => {},
      save_changes: () => {},
      send: (content) => sent.push(content),
      on: (event, callback) => {
        if (event === "msg:custom") hear = callback as never;
      },
      off: () => {},
      widget_manager: { kernel },
    };
    const link = createLink(model, () => {}, new AbortController().signal);
    link.hello();
    const hellos = () => sent.filter((each) => (each as { type: string }).type === "hello").length;
    return { kernel, link, hellos, welcome: () => hear({ type: "welcome", protocol: 2, run: 1 }) };
  }

  test("a kernel with time that does not answer has never heard of the panel", () => {
    const { kernel, link } = linked();
    kernel.becomes("busy");
    vi.advanceTimersByTime(5000);
    expect(link.state.value).toBe("busy");
    expect(isCut("busy")).toBe(false);
    kernel.becomes("idle"); // asked once more, now that there is time
    expect(link.state.value).toBe("connecting");
    vi.advanceTimersByTime(5000);
    expect(link.state.value).toBe("stranger");
  });

  test("after a dropped connection it is asked again, and goes on", () => {
    const { kernel, link, hellos, welcome } = linked();
    welcome();
    kernel.becomes("idle", "connecting");
    expect(link.state.value).toBe("lost");
    const before = hellos();
    kernel.becomes("idle", "connected");
    expect(hellos()).toBe(before + 1);
    welcome();
    expect(link.state.value).toBe("live");
  });

  test("a command that nobody answers, and a run that falls silent, make it ask", () => {
    for (const [status, patience] of [
      ["done", 4000],
      ["running", 10_000],
    ] as const) {
      const { link, hellos, welcome } = linked(status);
      welcome();
      if (status === "done") void link.ask({ type: "stop" });
      const before = hellos();
      vi.advanceTimersByTime(patience - 100);
      expect(hellos()).toBe(before);
      vi.advanceTimersByTime(200);
      expect(hellos()).toBe(before + 1);
    }
  });

  test("everything that a kernel may be has its words", () => {
    for (const state of ["silent", "busy", "lost", "gone", "replaced", "stranger"] as const) {
      expect(LINKS[state]).toMatch(/^The .*\.$/);
    }
  });
});
