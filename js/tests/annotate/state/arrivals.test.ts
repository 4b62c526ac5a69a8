/** What comes unasked, and what was on its way before. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BOX, marking } from "./marking";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a list that is already being made", () => {
  test("takes nothing away that came since it was asked for", () => {
    const { findings, fake, pump, push, store, kernel, waiting } = marking();
    findings.add(BOX);
    pump();
    store.connect();
    kernel.answers({ type: "welcome", protocol: 2, run: 1 });
    const [asked] = waiting();
    const list = asked && fake.answer(asked);
    const added = { ...fake.list()[0], id: "11111111-1111-4111-8111-111111111111" };
    push({ type: "finding", finding: added }); // as where Python adds one
    push({ ...list, id: asked?.id });
    expect(findings.get(added.id)).not.toBeNull();
    expect(findings.all.value).toHaveLength(2);
  });
});
