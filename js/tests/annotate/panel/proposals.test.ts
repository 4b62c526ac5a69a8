import { signal } from "@preact/signals";
import { describe, expect, test } from "vitest";
import { createProposals, pressOn } from "../../../src/annotate/panel/proposals";
import type { Region } from "../../../src/annotate/region";
import type { Frame } from "../../../src/kernel/frame";

/** Three parts of one channel, by what they hold: 4 × 200 on the left, 2 × 250, and a single 90. */
function mask(): Frame {
  const data = new Uint8Array(8 * 8);
  for (const [i, value] of [
    ...[0, 1, 8, 9].map((k) => [k, 200]),
    ...[5, 6].map((k) => [k, 250]),
    [63, 90],
  ] as [number, number][]) {
    data[i] = value;
  }
  return { channels: 1, height: 8, width: 8, data } as unknown as Frame;
}

function open() {
  const added: Region[] = [];
  const said: string[] = [];
  const proposed = signal<Region | null>(null);
  const proposals = createProposals({
    ...{ mask, least: () => 0, channel: () => null, proposed },
    add: (region) => added.push(region),
    say: (news) => said.push(news),
  });
  proposals.open();
  for (const [name, value] of [
    ["share", 0],
    ["gap", 0],
    ["threshold", 0.25],
  ] as const) {
    proposals.want(name, value);
  }
  return { proposals, added, said, proposed };
}

describe("proposed regions", () => {
  test("stand by their share, and the one that is looked at is drawn", () => {
    const { proposals, proposed } = open();
    expect(proposals.left.value.map(({ share }) => share.toFixed(2))).toEqual([
      "0.58",
      "0.36",
      "0.06",
    ]);
    expect(proposals.left.value[0]?.area).toBe(4 / 64);
    expect(proposed.value).toBe(proposals.left.value[0]?.region);
    proposals.go(1);
    expect(proposed.value).toBe(proposals.left.value[1]?.region);
  });
  test("are accepted and dismissed with a key each, and do not come back", () => {
    const { proposals, added, said } = open();
    const [first, second, third] = proposals.left.value;
    expect(pressOn(proposals, "Enter")).toBe(true);
    expect(added).toEqual([first?.region]);
    expect(pressOn(proposals, "Delete")).toBe(true);
    expect(added).toHaveLength(1);
    expect(proposals.left.value.map(({ key }) => key)).toEqual([third?.key]);
    proposals.want("most", 9);
    expect(proposals.left.value.map(({ key }) => key)).not.toContain(second?.key);
    expect(said).toEqual(["2 left.", "Dismissed; 1 left."]);
    expect(pressOn(proposals, "x")).toBe(false);
  });
  test("make room for the verdict of the last one that is accepted", () => {
    const { proposals } = open();
    proposals.accept();
    proposals.accept();
    expect(proposals.on.value).toBe(true);
    proposals.accept();
    expect(proposals.on.value).toBe(false);
    proposals.open();
    while (proposals.left.value.length > 0) proposals.dismiss();
    expect(proposals.on.value).toBe(true); // other values may find more
  });
  test("one that is reshaped is a finding, and ends the going through", () => {
    const { proposals, added, proposed } = open();
    pressOn(proposals, "e");
    expect(added).toHaveLength(1);
    expect([proposals.on.value, proposed.value]).toEqual([false, null]);
  });
  test("begin with what suits the mask, or with the picture's threshold", () => {
    const { proposals } = open();
    proposals.open();
    expect(proposals.wanted("threshold")).toBeGreaterThan(0.5);
    expect([proposals.wanted("gap"), proposals.wanted("most")]).toEqual([2, 8]);
    expect(proposals.left.value.length).toBeGreaterThan(0);
  });
  test("are as many as the parameters let through", () => {
    const { proposals } = open();
    proposals.want("threshold", 0.5);
    expect(proposals.left.value).toHaveLength(2);
    proposals.want("share", 0.4);
    expect(proposals.left.value).toHaveLength(1);
    proposals.want("share", 0);
    proposals.want("most", 1);
    expect(proposals.left.value).toHaveLength(1);
    proposals.want("threshold", 1);
    expect(proposals.left.value).toHaveLength(0);
    pressOn(proposals, "Enter"); // nothing happens
  });
});
