/** The own format of findings, which loses nothing: JSON, as in xwidget/findings/formats. */

import { boundsOf, gridOf, MOST_POINTS, type Region } from "../annotate/region";
import type { Preview } from "../annotate/state/files";
import type { Effect, Finding } from "../annotate/state/record";
import type { PreviewRow, ReviewRecord, SeenRecord } from "../kernel/contract";
import { shown as shownText } from "../support/texts";
import { isVerdict } from "../support/verdicts";

const FORMAT = "xwidget findings";
const VERSION = 1;
/** Characters of a text, and of a name, as in xwidget/findings/finding.py. */
const MOST = { name: 200, text: 10_000 };
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function writeOwn(findings: readonly Finding[], reviews: readonly ReviewRecord[]): string {
  return JSON.stringify({ format: FORMAT, version: VERSION, findings, reviews }, null, 1);
}

interface Here {
  /** Height and width of the network's input. */
  frame: [number, number];
  /** What findings here are seen on. */
  base: SeenRecord;
}

/** Each finding of a file, and whether it is of this image; throws an error in words for no such file. */
export function readOwn(text: string, here: Here): Preview {
  let file: { format?: unknown; version?: unknown; findings?: unknown; reviews?: unknown };
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw new Error(`The file is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  if (file?.format !== FORMAT || !Array.isArray(file.findings)) {
    throw new Error(
      "This page reads findings in xwidget's own format alone: open the file in a notebook.",
    );
  }
  if (file.version !== VERSION) {
    throw new Error(`The file has version ${shown(file.version)}; expected ${VERSION}.`);
  }
  const rows = file.findings.map((each: unknown, k: number) => row(each, `findings[${k}]`, here));
  const reviews = Array.isArray(file.reviews) ? file.reviews.length : 0;
  const unread = reviews === 1 ? "Its one review is" : `Its ${reviews} reviews are`;
  const notes = [`${unread} not taken over: load the file in a notebook for them.`];
  return { rows, notes: reviews > 0 ? notes : [] };
}

function row(value: unknown, place: string, here: Here): PreviewRow {
  const empty = { finding: null, matched: "" };
  try {
    const finding = readFinding(value);
    if (finding.deleted) return { ...empty, reason: "it was deleted" };
    const matched = matching(finding, here);
    if (!matched)
      return { ...empty, reason: `it is of another image, ${finding.seen.image || "unnamed"}` };
    gridOf(finding.region as Region, here.frame); // throws where it has no place in it
    return { finding, matched, reason: "" };
  } catch (error) {
    return { ...empty, reason: `${place}: ${error instanceof Error ? error.message : error}` };
  }
}

/** How it is known to be of this image; "" where it is not. */
function matching({ seen, frame }: Finding, { base, frame: own }: Here): string {
  if (frame.join() !== own.join()) return "";
  if (seen.digest || base.digest) return seen.digest === base.digest ? "digest" : "";
  return seen.image === base.image ? "name and size" : "";
}

/**
 * A finding as it may be, whoever wrote it; fields that are not known are left out. It throws an error
 * in words for what is none; Python refuses the same, see tests/portable/fixtures/refused.json.
 */
export function readFinding(value: unknown): Finding {
  const given = object(value, "a finding");
  const { id, version = 1 } = given;
  if (typeof id !== "string" || !UUID.test(id)) throw new Error("it has no id that is a UUID");
  const verdict = text(given, "verdict", MOST.name);
  if (verdict !== "" && !isVerdict(verdict)) throw new Error(`its verdict is ${shown(verdict)}`);
  if (!(Number.isInteger(version) && number(version) >= 1)) {
    throw new Error(`its version is ${shown(version)}; expected 1 or more`);
  }
  if (typeof (given.deleted ?? false) !== "boolean") {
    throw new Error(`deleted is ${shown(given.deleted)}; expected true or false`);
  }
  return {
    ...{ id, verdict, version: number(version) },
    confidence: numberIn(given, "confidence", 0, 1),
    ...placed(region(given.region), pair(given.frame)),
    kind: text(given, "kind", MOST.name),
    label: text(given, "label", MOST.name),
    reason: text(given, "reason", MOST.text),
    author: text(given, "author", MOST.name),
    seen: readSeen(given.seen ?? {}),
    effect: readEffect(given.effect ?? null),
    created: time(given, "created"),
    changed: time(given, "changed"),
    deleted: given.deleted === true,
    // What its author said is not part of the page that it was changed on.
    ...(given.withheld === true ? { withheld: true } : {}),
  };
}

/** A region and the size of the picture that it has its place in, be it on its edge. */
function placed(region: Finding["region"], frame: Finding["frame"]) {
  const [left, upper, right, lower] = boundsOf(region as Region);
  const [height, width] = frame;
  if (left > width || upper > height || right < 0 || lower < 0) {
    throw new Error(`its region lies outside of the network's input of ${height}×${width} pixels`);
  }
  return { region, frame };
}

/** Texts of what a finding was seen on. */
const WORDS = [
  ...(["digest", "image", "model", "weights", "preprocessing", "class_name"] as const),
  ...(["game", "defense", "checks", "version"] as const),
] as const;
type Words = Record<(typeof WORDS)[number], string>;

function readSeen(value: unknown): SeenRecord {
  const given = Object.entries(object(value, "seen"));
  const seen = Object.fromEntries(given.filter(([, each]) => each !== null));
  const { size = null, geometry = null } = seen;
  return {
    ...(Object.fromEntries(WORDS.map((name) => [name, text(seen, name)])) as Words),
    size: size === null ? null : pair(size),
    geometry: geometry === null ? null : object(geometry, "geometry"),
    ...{ target: wholeIn(seen, "target"), iteration: wholeIn(seen, "iteration") },
    ...{ image_score: numberIn(seen, "image_score"), score: numberIn(seen, "score") },
  };
}

function readEffect(value: unknown): Effect | null {
  if (value === null) return null;
  const effect = object(value, "effect");
  const needed = (name: string, found = numberIn(effect, name)) =>
    number(found ?? `its effect's ${name}`);
  return {
    ...{ target: needed("target", wholeIn(effect, "target", 0)), image: needed("image") },
    ...{ without: needed("without"), only: needed("only") },
    ...{ area: needed("area", numberIn(effect, "area", 0, 1)) },
    share: numberIn(effect, "share", 0, 1 + 1e-6),
    draws: needed("draws", wholeIn(effect, "draws", 1)),
    without_spread: numberIn(effect, "without_spread") ?? 0,
    only_spread: numberIn(effect, "only_spread") ?? 0,
  };
}

function region(value: unknown): Finding["region"] {
  const given = object(value, "a region");
  const { type, x, y, width, height, rings, size, counts } = given;
  if (type === "point") return { type, x: number(x), y: number(y) };
  if (type === "box") {
    const box = { x: number(x), y: number(y), width: number(width), height: number(height) };
    if (!(box.width > 0 && box.height > 0)) throw new Error("its box has no area");
    return { type, ...box };
  }
  if (type === "mask" && typeof counts === "string") {
    const mask = { type, size: pair(size), counts } as const;
    if (!gridOf(mask, mask.size).data.includes(1)) throw new Error("its mask has no pixel");
    return mask;
  }
  if (type === "polygon" && Array.isArray(rings) && rings.length > 0) {
    const read = rings.map((ring) => {
      if (!Array.isArray(ring) || ring.length < 3)
        throw new Error("a ring has fewer than three points");
      return ring.map((place) => [number(place?.[0]), number(place?.[1])] as [number, number]);
    });
    const points = read.reduce((sum, ring) => sum + ring.length, 0);
    if (points > MOST_POINTS)
      throw new Error(`it has ${points} points; at most ${MOST_POINTS} fit`);
    return { type, rings: read };
  }
  throw new Error(`its region is ${shown(type)}; expected box, polygon, mask or point`);
}

function object(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new Error(`${what} is an object, got ${shown(value)}`);
}

function text(of: Record<string, unknown>, name: string, most = MOST.text): string {
  const { [name]: value = "" } = of;
  if (typeof value !== "string") throw new Error(`${name} is ${shown(value)}; expected a text`);
  // As Python counts them, and keeps them.
  const count = value.length > most ? [...value].length : 0;
  if (count > most) throw new Error(`${name} has ${count} characters; at most ${most} fit`);
  return value.replace(/\p{Cs}/gu, "?").replaceAll("\0", "");
}

function number(value: unknown): number {
  if (typeof value === "number" && Math.abs(value) < 1e7) return value;
  throw new Error(`${shown(value)} is no number that fits`);
}

/** @param least,most bounds, as in xwidget/findings/finding.py */
function numberIn(
  of: Record<string, unknown>,
  name: string,
  least = -1e6,
  most = 1e6,
): number | null {
  const value = of[name] ?? null;
  if (value === null || (typeof value === "number" && value >= least && value <= most))
    return value;
  throw new Error(`${name} is ${shown(value)}; expected ${least} to ${most}`);
}

function wholeIn(of: Record<string, unknown>, name: string, least?: number): number | null {
  const value = numberIn(of, name, least ?? -(2 ** 53), 2 ** 53);
  if (value === null || Number.isInteger(value)) return value;
  throw new Error(`${name} is ${value}; expected a whole number`);
}

function pair(value: unknown): [number, number] {
  const sides = Array.isArray(value) && value.length === 2 ? value.map(number) : [];
  const [height = 0, width = 0] = sides;
  if (!sides.every((side) => Number.isInteger(side) && side >= 1) || sides.length === 0) {
    throw new Error(`${shown(value)} is no height and width`);
  }
  return [height, width];
}

/** ISO 8601 that says its zone. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

function time(of: Record<string, unknown>, name: string): string {
  const { [name]: value = new Date().toISOString() } = of;
  const at = typeof value === "string" && TIME.test(value) ? Date.parse(value) : Number.NaN;
  const iso = Number.isNaN(at) ? "" : new Date(at).toISOString();
  // Python's calendar ends with the years 1 and 9999.
  if (!/^(?!0000)\d/.test(iso)) throw new Error(`${name} is ${shown(value)}; expected a time`);
  return iso;
}

function shown(value: unknown): string {
  const words = shownText(JSON.stringify(value) ?? "nothing");
  return words.length > 40 ? `${words.slice(0, 40)}…` : words;
}
