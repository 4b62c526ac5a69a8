/** A finding as it travels, and what a person can change of it. */
import type { EffectRecord, FindingRecord, RegionRecord } from "../../kernel/contract";
import type { Region } from "../region";

export type Finding = FindingRecord;
export type Effect = EffectRecord;

const CONTENT = [
  ...["region", "frame", "verdict", "kind", "label", "reason", "confidence", "deleted"],
] as const;
/** What a person can change. */
export type Patch = Partial<
  Pick<Finding, "verdict" | "kind" | "label" | "reason" | "confidence" | "frame" | "deleted">
> & { region?: Region };
type Field = keyof Patch;

/** What another's finding may keep back. */
const JUDGED: readonly Field[] = ["verdict", "kind", "reason", "confidence"];

/** A finding of a file; one without a judgment takes none away: an exported page may be without. */
export function judgedOrNot(finding: Finding): Finding {
  return JUDGED.some((field) => finding[field]) ? finding : { ...finding, withheld: true };
}

/** What can be compared of two: not what one of them keeps back. */
function contentOf(a: Finding, b: Finding): readonly Field[] {
  const all = CONTENT as readonly Field[];
  return a.withheld || b.withheld ? all.filter((field) => !JUDGED.includes(field)) : all;
}

/** Whether two have the same value in a field; regions are compared by what they say. */
export function same(a: Finding, b: Finding, field: Field): boolean {
  const [one, other] = [a[field], b[field]];
  return one === other || sorted(one) === sorted(other);
}

/** As text, the same in whatever order its fields came. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, each) =>
    each && typeof each === "object" && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort())
      : each,
  );
}

/** What of a patch is for fields in which a finding still is as another patch made it. */
export function stillAs(finding: Finding, patch: Patch, made: Patch): Patch {
  const as = { ...finding, ...made } as Finding;
  const fields = (Object.keys(patch) as Field[]).filter((field) => same(finding, as, field));
  return Object.fromEntries(fields.map((field) => [field, patch[field]])) as Patch;
}

/** What of a patch is other than what a finding has. */
export function differing(finding: Finding, patch: Patch): Patch {
  const changed = { ...finding, ...patch } as Finding;
  const fields = (Object.keys(patch) as Field[]).filter((field) => !same(finding, changed, field));
  return Object.fromEntries(fields.map((field) => [field, patch[field]])) as Patch;
}

/** What a finding has in the fields of a patch. */
export function valuesOf(finding: Finding, patch: Patch): Patch {
  const fields = Object.keys(patch) as Field[];
  return Object.fromEntries(fields.map((field) => [field, finding[field]])) as Patch;
}

/** What makes a finding say what another says. */
export function toBe(finding: Finding, other: Finding): Patch {
  const fields = contentOf(finding, other).map((field) => [field, other[field]]);
  return differing(finding, Object.fromEntries(fields) as Patch);
}

/**
 * What loading a finding of a file comes to where one is here, as xwidget/findings/store/loading.py
 * says: "deleted" comes back, what is "earlier" gives way, "same" and "later" stay.
 */
export function comparedTo(here: Finding, finding: Finding): string {
  if (here.deleted && !finding.deleted) return "deleted";
  const after = Date.parse(here.changed) - Date.parse(finding.changed);
  return after === 0 ? "same" : after > 0 ? "later" : "earlier";
}

export function sameContent(a: Finding, b: Finding): boolean {
  return contentOf(a, b).every((field) => same(a, b, field));
}

/** The finding with a change, made now: what was measured of another region does not hold for it. */
export function changed(finding: Finding, patch: Patch): Finding {
  const effect = "region" in patch ? null : finding.effect;
  return { ...finding, ...(patch as Partial<Finding>), effect, changed: new Date().toISOString() };
}

/** A UUID; also on a page without https, where the browser makes none. */
export function uuid(): string {
  if ("randomUUID" in crypto) return crypto.randomUUID();
  const bytes = (crypto as Crypto).getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 15) | 64;
  bytes[8] = ((bytes[8] ?? 0) & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** A region as it travels: plain, and its own. */
export function plain(region: Region): RegionRecord {
  return JSON.parse(JSON.stringify(region)) as RegionRecord;
}
