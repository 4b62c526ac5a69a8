/** The pictures of a guess: the photo with what is brushed, and where guess and evidence agree. */
import type { Grid } from "../annotate/grid";
import type { Frame } from "../kernel/frame";
import type { Figure } from "../picture/painting";

type Color = readonly [number, number, number];

/** What a pixel is in a comparison: neither, only the guess, only the evidence, both. */
export const WORDS = ["neither", "only you", "only the network", "both"] as const;

/**
 * Apart in lightness, too, from dark to light, and "only you" is striped: for eyes that do not tell their
 * hues, and for prints without color.
 */
export const TONES: Record<"you" | "stripe" | "network" | "both", Color> = {
  you: [0, 96, 190],
  stripe: [84, 168, 240],
  network: [240, 150, 20],
  both: [255, 250, 205],
};

/** Pixels a stripe is wide, and how far apart they are. */
export const [STRIPE, PERIOD] = [1, 4];

const stride = ({ channels, height, width }: Frame) => (channels === 1 ? 0 : height * width);

function luma({ data }: Frame, i: number, s: number): number {
  const [r, g, b] = [data[i] as number, data[i + s] as number, data[i + 2 * s] as number];
  return 0.299 * r + 0.587 * g + 0.114 * b;
}

/** The photo, with what is brushed in a blue light and a line around it. */
export function brushedOn(image: Frame, region: Grid): Figure {
  const { data, width, height } = region;
  const s = stride(image);
  const at = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height ? (data[y * width + x] as number) : 0;
  return {
    channels: 3,
    paint(out, _, begin = 0) {
      for (let i = begin, o = 0; o < out.length; i++, o += 4) {
        const on = data[i] === 1;
        const [x, y] = [i % width, Math.floor(i / width)];
        const edge = on && !(at(x - 1, y) && at(x + 1, y) && at(x, y - 1) && at(x, y + 1));
        for (let c = 0; c < 3; c++) {
          const value = image.data[i + c * s] as number;
          const tone = (edge ? TONES.stripe : TONES.you)[c] as number;
          out[o + c] = on ? value + (edge ? 1 : 0.42) * (tone - value) : value;
        }
        out[o + 3] = 255;
      }
    },
    read: (pixel) => (data[pixel] ? "marked" : "–"),
  };
}

/** The photo in gray, with three tones over it. */
export function overlapOn(image: Frame, guess: Grid, evidence: Grid): Figure {
  const s = stride(image);
  const kindOf = (i: number) => (guess.data[i] as number) + 2 * (evidence.data[i] as number);
  return {
    channels: 3,
    paint(out, _, begin = 0) {
      for (let i = begin, o = 0; o < out.length; i++, o += 4) {
        const kind = kindOf(i);
        const gray = luma(image, i, s);
        const [x, y] = [i % guess.width, Math.floor(i / guess.width)];
        const striped = (x + y) % PERIOD < STRIPE;
        const tone =
          kind === 3 ? TONES.both : kind === 2 ? TONES.network : striped ? TONES.stripe : TONES.you;
        for (let c = 0; c < 3; c++) {
          out[o + c] = kind === 0 ? 18 + 0.3 * gray : (tone[c] as number) + 0.12 * (gray - 128);
        }
        out[o + 3] = 255;
      }
    },
    read: (pixel) => WORDS[kindOf(pixel)] ?? "",
  };
}
