/** A file that is read by a kernel, or by none. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { marking } from "./marking";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const file = () => new File(["{}"], "a.json");
/** So long a kernel is asked both ways whether it is there. */
const SILENCE = 4000 + 2000 + 2000;

test("a file that waits for the kernel is refused once none answers, with the reason", async () => {
  const { findings, kernel, store } = marking({ traits: { _findings: {} } });
  const read = findings.readFile(file());
  const refused = expect(read).rejects.toThrow("The kernel does not answer");
  await vi.advanceTimersByTimeAsync(SILENCE);
  expect(store.link.value).toBe("silent");
  await refused;
  kernel.answers({ type: "welcome", protocol: 2, run: 1 });
  kernel.says({ _findings: { ready: true } });
  await vi.advanceTimersByTimeAsync(0);
  expect(kernel.asked("read_findings")).toEqual([]);
});

test("a file is refused at once, and none is written, where no kernel answers any more", async () => {
  const { findings, kernel } = marking();
  findings.add({ type: "point", x: 1, y: 1 }); // nobody answers
  await vi.advanceTimersByTimeAsync(SILENCE);
  await expect(findings.readFile(file())).rejects.toThrow("The kernel does not answer");
  await expect(findings.writeFile("coco")).rejects.toThrow("The kernel does not answer");
  expect(kernel.asked("read_findings")).toEqual([]);
});

test("a file that waits is refused once the panel is closed", async () => {
  const { findings, store } = marking({ traits: { _findings: {} } });
  const refused = expect(findings.readFile(file())).rejects.toThrow("closed");
  store.close();
  await refused;
});
