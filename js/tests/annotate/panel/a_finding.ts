import type { EffectRecord, FindingRecord } from "../../../src/kernel/contract";

export const EFFECT: EffectRecord = {
  ...{ target: 967, image: 0.951, without: 0.412, only: 0.62, share: 0.38, area: 0.09, draws: 8 },
  ...{ without_spread: 0.03, only_spread: 0.02 },
};

let count = 0;

/** A finding like any other, save in what is given. */
export function aFinding(given: Partial<FindingRecord> = {}): FindingRecord {
  count += 1;
  return {
    id: `00000000-0000-4000-8000-${String(count).padStart(12, "0")}`,
    ...{ version: 1, frame: [224, 224], verdict: "", kind: "", label: "", reason: "" },
    ...{ confidence: null, author: "me", effect: null, deleted: false },
    region: { type: "box", x: 1, y: 2, width: 3, height: 4 },
    seen: {} as FindingRecord["seen"],
    created: new Date(count * 1000).toISOString(),
    changed: new Date(count * 1000).toISOString(),
    ...given,
  };
}
