import { describe, expect, test } from "vitest";
import golden from "../../../tests/inspector/golden_frames.json";
import { decodeFrame, spread } from "../../src/kernel/frame";

interface Golden {
  name: string;
  hex: string;
  error?: string;
  payload?: number[];
  fields?: Record<string, number | null>;
}

/** The bytes at an odd place inside a larger buffer, as a host may hand them out. */
function viewOf(hex: string): DataView {
  const bytes = hex.match(/../g)?.map((pair) => Number.parseInt(pair, 16)) ?? [];
  const buffer = new Uint8Array(bytes.length + 10).fill(0x58);
  buffer.set(bytes, 7);
  return new DataView(buffer.buffer, 7, bytes.length);
}

describe("frames that the kernel's tests read too", () => {
  const vectors = golden as Golden[];
  test.each(vectors.filter((v) => v.fields))("$name", ({ hex, fields, payload }) => {
    const frame = decodeFrame(viewOf(hex));
    for (const [field, value] of Object.entries(fields ?? {})) {
      if (field === "flags") expect(frame.last).toBe(((value ?? 0) & 1) === 1);
      else expect(frame[field as "score"]).toBe(value ?? Number.NaN);
    }
    expect([...frame.data]).toEqual(payload);
  });

  test.each(vectors.filter((v) => v.error))("refused in the same words: $name", (vector) => {
    expect(() => decodeFrame(viewOf(vector.hex))).toThrow(vector.error);
  });
});

test("a decoded frame does not share memory with the message it came in", () => {
  const mask = (golden as Golden[])[0];
  const view = viewOf(mask?.hex ?? "");
  const frame = decodeFrame(view);
  view.setUint8(48, 99);
  expect(frame.data[0]).toBe(mask?.payload?.[0]);
});

test("a picture of one pixel stands for one color everywhere", () => {
  const reference = (golden as Golden[]).find((v) => v.name === "a reference of one color");
  const wide = spread(decodeFrame(viewOf(reference?.hex ?? "")), 1, 2);
  expect([...wide.data]).toEqual([124, 124, 116, 116, 104, 104]);
});
