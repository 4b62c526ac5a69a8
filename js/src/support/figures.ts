/** Numbers and names as a person reads them. */

/** What a mask scores and shows, in one line. */
export function figuresOf(mask: { score: number; mean: number }, takes: boolean): string {
  const [p, share] = [score(mask.score), percent(mask.mean)];
  return `${p} with ${share} ${takes ? "taken away" : "shown"}`;
}

/** The same over a small picture: what stands in any case, and the word that is left out first. */
export function shortFiguresOf(mask: { score: number; mean: number }, takes: boolean) {
  return [`${score(mask.score)} · ${percent(mask.mean)}`, takes ? "taken away" : "shown"] as const;
}

/** A score in [0, 1]: "0.873", "1.000", "–" where there is none. */
export function score(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (value > 0 && value < 0.0005) return "<0.001";
  return value.toFixed(3);
}

/** A share in [0, 1], rounded half up as the kernel does. */
export function percent(value: number): string {
  if (Number.isNaN(value)) return "–";
  if (value > 0 && value < 0.001) return "<0.1%";
  return `${(Math.floor(1000 * value + 0.5) / 10).toFixed(1)}%`;
}

export function seconds(value: number): string {
  if (value < 60) return `${value.toFixed(1)} s`;
  return `${Math.floor(value / 60)} min ${String(Math.floor(value % 60)).padStart(2, "0")} s`;
}

/** Bytes: "370 kB", "2.6 MB", "19 MB". */
export function bytes(count: number): string {
  if (count < 1e6) return `${Math.ceil(count / 1e3)} kB`;
  return `${(count / 1e6).toFixed(count < 1e7 ? 1 : 0)} MB`;
}

/** λ in few characters: "0.01", "1e-4", "2.5e-4", "0". */
export function lambda(value: number): string {
  const short = value.toExponential(1);
  return value && value < 1e-3 ? short.replace(".0e", "e") : String(Number(short));
}

/** A typed λ, or null where it is not a number in [0, ∞). */
export function parseLambda(text: string): number | null {
  const trimmed = text.trim().replace(",", ".");
  const value = trimmed === "" ? Number.NaN : Number(trimmed);
  return Number.isFinite(value) && value >= 0 ? value : null;
}

/** The next λ up or down on a 1-2-5 ladder. */
export function nextLambda(value: number, direction: 1 | -1): number {
  const rungs: number[] = [];
  for (let e = -7; e <= 0; e++) for (const m of [1, 2, 5]) rungs.push(Number(`${m}e${e}`));
  if (direction > 0) return rungs.find((rung) => rung > value * 1.0001) ?? value;
  return rungs.findLast((rung) => rung < value * 0.9999) ?? rungs[0] ?? value;
}

export function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
