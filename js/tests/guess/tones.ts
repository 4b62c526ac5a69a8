import { TONES } from "../../src/guess/figures";

const linear = (value: number) =>
  value <= 10 ? value / 3294 : ((value / 255 + 0.055) / 1.055) ** 2.4;

/** Contrast-ready luminance of "only you", "only the network" and "both", as WCAG has it. */
export function figuresOfTones(): number[] {
  return [TONES.you, TONES.network, TONES.both].map(([r, g, b]) => {
    return 0.05 + 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  });
}
