/** Values of attributions as a person reads them. */
import { score } from "../support/figures";

/** Digits of the largest magnitude that are written, and where room is short. */
const DIGITS = 3;
const FEW = 2;
/** Characters that an enlarged pixel has room for, beside the sign. */
const MOST = 4;

/** A value with its sign, to the digits of its scale: "+0.0123", "−0.0005", "0"; "+1.2e-7" of a tiny scale. */
export function signed(value: number, scale: number, digits = DIGITS): string {
  const size = Math.abs(value);
  const places = Math.max(0, digits - 1 - Math.floor(Math.log10(scale || 1)));
  const text = places > 6 ? size.toExponential(1) : size.toFixed(places);
  if (Number(text) === 0) return "0";
  return `${value < 0 ? "−" : "+"}${text}`;
}

/**
 * A value of a picture; `short` on a pixel: "+.012", "−2e-5". There, and in the masks' own values, alone
 * the leading zero is left out: a pixel has room for four characters, and a digit says more than a zero.
 */
export function written(
  value: number,
  of: { signed: boolean; scale: number },
  short = false,
): string {
  if (!short) return of.signed ? signed(value, of.scale) : score(value);
  const text = of.signed ? signed(value, of.scale, FEW) : value.toFixed(value < 1 ? FEW : 0);
  const bare = text.replace(/^(.?)0\./, "$1.");
  if (bare.length <= MOST + 1) return bare;
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toExponential(0)}`;
}

/** Both ends of the colors: ["0", "1"], or ["−0.0312", "+0.0312"]. */
export function ends(of: { signed: boolean; scale: number }): readonly [string, string] {
  return of.signed ? [signed(-of.scale, of.scale), signed(of.scale, of.scale)] : ["0", "1"];
}
