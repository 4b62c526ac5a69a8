/**
 * The picture of an attribution: on the fixed scale from 0 to 1, or symmetric around 0 up to the scale
 * that is written beside it. Nothing is stretched.
 */
import { VIRIDIS } from "../picture/colormap";
import type { Figure } from "../picture/painting";
import { diverging } from "./colormap";
import { ONE, type Values } from "./state/values";
import { written } from "./written";

const figures = new WeakMap<Values, Figure>();

/** The same for the same values, so that what is drawn is not drawn again. */
export function figureOf(values: Values): Figure {
  const known = figures.get(values) ?? makeFigure(values);
  figures.set(values, known);
  return known;
}

function makeFigure(values: Values): Figure {
  const { data, channels, signed, height, width } = values;
  const size = height * width;
  /** Where the values begin whose mean is drawn. */
  const begins = (channel: 0 | 1 | 2 | null): readonly [number, number, number] => {
    if (channels === 1) return [0, 0, 0];
    if (channel === null) return [0, size, 2 * size];
    return [channel * size, channel * size, channel * size];
  };
  return {
    channels,
    paint(out, { channel, boost, dark }, first = 0) {
      const colors = signed ? diverging(dark) : VIRIDIS;
      const [least, middle] = signed ? [-255, 255] : [0, 0];
      const [a, b, c] = begins(channel);
      const factor = (255 * boost) / (3 * ONE);
      for (let i = first, o = 0; o < out.length; i++, o += 4) {
        const total = (data[i + a] as number) + (data[i + b] as number) + (data[i + c] as number);
        // As far from 0 on either side.
        const level = total < 0 ? -Math.round(-total * factor) : Math.round(total * factor);
        const color = 3 * (Math.min(255, Math.max(least, level)) + middle);
        out[o] = colors[color] as number;
        out[o + 1] = colors[color + 1] as number;
        out[o + 2] = colors[color + 2] as number;
        out[o + 3] = 255;
      }
    },
    read(pixel, channel, short) {
      const sum = begins(channel).reduce((all, at) => all + (data[pixel + at] as number), 0);
      return written((sum / (3 * ONE)) * values.scale, values, short);
    },
  };
}

/** A value in 32767ths as the mask value that a test takes: the positive part, as a share of the scale. */
export function asMask({ data, channels, height, width }: Values): Uint8Array<ArrayBuffer> {
  const size = height * width;
  const mask = new Uint8Array(3 * size);
  for (let i = 0; i < mask.length; i++) {
    const value = data[channels === 1 ? i % size : i] as number;
    mask[i] = Math.round((255 * Math.max(0, value)) / ONE);
  }
  return mask;
}

/** Magnitudes as a mask, to say where they lie. */
export function magnitudes({ data, channels, height, width }: Values) {
  const bytes = Uint8Array.from(data, (value) => Math.round((255 * Math.abs(value)) / ONE));
  return { channels, height, width, data: bytes };
}
