/** What the tones of the comparison mean, and whether it is shown. */

import type { GuessView } from "../view";
import { share } from "../words";

const TONES = [
  ["both", "both"],
  ["you", "only you"],
  ["network", "only the network"],
] as const;

export function Legend({ view: { guessing, compares } }: { view: GuessView }) {
  const [guess, evidence] = [guessing.region.value, guessing.evidence.value];
  if (!guess || !evidence) return null;
  const counts = [0, 0, 0, 0];
  for (const [i, value] of guess.data.entries()) {
    const kind = value + 2 * (evidence.data[i] as number);
    counts[kind] = (counts[kind] as number) + 1;
  }
  const [, you = 0, network = 0, both = 0] = counts.map((count) => count / guess.data.length);
  const shares = { both, you, network };
  return (
    <div class="xw-guess-legend">
      <ul aria-label="Shares of the photo">
        {TONES.map(([tone, words]) => (
          <li key={tone}>
            <i data-tone={tone} aria-hidden="true" />
            {words} <b>{share(shares[tone])}</b>
          </li>
        ))}
      </ul>
      <label class="xw-check">
        <input
          type="checkbox"
          checked={compares.value}
          onChange={() => {
            compares.value = !compares.value;
          }}
        />
        Show my guess beside the evidence
      </label>
    </div>
  );
}
