import { expect, test } from "vitest";
import { valuesOf } from "../../../src/beside/state/saved";
import { decodeValues, ONE, placesOf, topShare } from "../../../src/beside/state/values";
import type { Frame } from "../../../src/kernel/frame";
import cases from "../fixtures/values.json";

const SAID = { seq: 4, scale: 0.5, signed: true, channels: 1, height: 1, width: 3 };

function bytes(values: number[], places: number[], offset = 0): DataView {
  const view = new DataView(new ArrayBuffer(offset + 2 * (values.length + places.length)), offset);
  for (const [i, value] of values.entries()) view.setInt16(2 * i, value, true);
  for (const [i, value] of places.entries()) {
    view.setUint16(2 * (values.length + i), value, true);
  }
  return view;
}

test("values are read from any place of a larger message", () => {
  for (const offset of [0, 1, 13]) {
    const read = decodeValues(SAID, bytes([-32767, 0, 32767], [43690, 21845, 0], offset));
    expect([...read.data]).toEqual([-32767, 0, 32767]);
    expect([...read.places]).toEqual([43690, 21845, 0]);
    expect(read.data.buffer.byteLength).toBe(12); // no more of the message is kept alive
  }
});

const bytesOf = (base64: string) =>
  new DataView(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)).buffer);

test.each(cases)(
  "values that the kernel sends are read: $channels×$height×$width, signed: $signed",
  (sent) => {
    const { data } = decodeValues(sent, bytesOf(sent.bytes));
    for (const [i, value] of sent.values.entries()) {
      // Half a step of the scale, and the digits that the fixture has.
      const off = Math.abs(((data[i] as number) / ONE) * sent.scale - value);
      expect(off).toBeLessThanOrEqual(sent.scale / ONE / 2 + 1e-6);
    }
  },
);

test.each(cases)(
  "the top share shows the very pixels that the kernel scores: $channels×$height×$width, signed: $signed",
  (sent) => {
    const read = decodeValues(sent, bytesOf(sent.bytes));
    const size = sent.height * sent.width;
    for (const { share, pixels } of sent.top) {
      const mask = topShare(read, share);
      for (let c = 0; c < 3; c++) {
        const shown = [...mask.subarray(c * size, (c + 1) * size).entries()];
        expect(shown.filter(([, value]) => value === 255).map(([i]) => i)).toEqual(pixels);
      }
    }
  },
);

test("bytes that are not what was said are refused in words", () => {
  expect(() => decodeValues(SAID, bytes([1], [0]))).toThrow("1×1×3 came in 4 bytes, expected 12");
  expect(() => decodeValues({ ...SAID, channels: 3 }, null)).toThrow("0 bytes, expected 24");
});

test("our own evidence has places and no values", () => {
  const read = decodeValues({ ...SAID, channels: 0 }, bytes([], [2, 1, 0]));
  expect([read.data.length, ...read.places]).toEqual([0, 2, 1, 0]);
});

test.each([1, 7, 64, 224 * 224])(
  "of %i pixels the top share shows the share of all, rounded up",
  (count) => {
    const places = placesOf(
      Int32Array.from({ length: count }, (_, i) => Math.round(90_000 * Math.sin(i))),
    );
    for (const share of [0.01, 0.1, 0.2, 0.25, 0.5]) {
      const mask = topShare({ places }, share);
      const shown = mask.filter((value) => value === 255).length / 3;
      // Steps of 65536ths move the border by less than a pixel and a step's worth of them.
      expect(Math.abs(shown - share * count)).toBeLessThanOrEqual(1 + count / 65536);
      expect(mask.every((value) => value === 0 || value === 255)).toBe(true);
    }
  },
);

test("the largest sum stands first, and every place is taken once", () => {
  const most = 3 * ONE;
  expect([...placesOf(Int32Array.of(5, most, -most, 0))]).toEqual([16384, 0, 49152, 32768]);
  const places = [...placesOf(new Int32Array(64))].sort((a, b) => a - b);
  expect(places).toEqual(Array.from({ length: 64 }, (_, k) => 1024 * k));
});

test("of pixels that are alike each quarter of the picture gets its part", () => {
  const sums = new Int32Array(224 * 224);
  sums.fill(9, 20_000, 21_000);
  const mask = topShare({ places: placesOf(sums) }, 0.2);
  expect(mask.subarray(20_000, 21_000).every((value) => value === 255)).toBe(true);
  for (let quarter = 0; quarter < 4; quarter++) {
    const rows = mask.subarray(quarter * 12_544, (quarter + 1) * 12_544);
    const shown = rows.filter((value) => value === 255).length;
    expect(Math.abs(shown - (quarter === 1 ? 3260 : 2260))).toBeLessThan(150);
  }
});

test("values of a saved notebook are within a step of the kernel's", () => {
  const frame = { channels: 1, height: 1, width: 3, seq: 3 };
  const unit = valuesOf({ ...frame, data: Uint8Array.of(0, 128, 255) } as Frame, false, 1);
  expect([...unit.data]).toEqual([0, 16448, 32767]);
  const signed = valuesOf({ ...frame, data: Uint8Array.of(1, 128, 255) } as Frame, true, 0.5);
  expect([...signed.data]).toEqual([-32767, 0, 32767]);
  expect([...signed.places]).toEqual([43690, 21845, 0]);
  expect([signed.scale, signed.signed]).toEqual([0.5, true]);
});
