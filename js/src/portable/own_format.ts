/** The own format of findings, which loses nothing: JSON, as in xwidget/findings/formats. */

import { gridOf, MOST_POINTS, type Region } from "../annotate/region";
import type { Preview } from "../annotate/state/files";
import type { Finding } from "../annotate/state/record";
import type { PreviewRow, ReviewRecord, SeenRecord } from "../kernel/contract";

const FORMAT = "xwidget findings";
const VERSION = 1;
/** Characters of a text, and of a name, as in xwidget/findings/finding.py. */
const MOST = { name: 200, text: 10_000 };
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const VERDICTS = ["", "core", "spurious", "unsure"];

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
  let file: { format?: unknown; version?: unknown; findings?: unknown };
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw new Error(`The file is no JSON: ${error instanceof Error ? error.message : error}`);
  }
  if (file?.format !== FORMAT || !Array.isArray(file.findings)) {
    throw new Error(
      "These are not findings in xwidget's own format, the only one that this page reads: open the " +
        "file in a notebook.",
    );
  }
  if (file.version !== VERSION) {
    throw new Error(`The file has version ${JSON.stringify(file.version)}; expected ${VERSION}.`);
  }
  const rows = file.findings.map((each: unknown, k: number) => row(each, `findings[${k}]`, here));
  return { rows, notes: [] };
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

/** A finding as it may be, whoever wrote it; fields that are not known are left out. */
function readFinding(value: unknown): Finding {
  const given = object(value, "a finding");
  const { id, confidence = null, version = 1 } = given;
  if (typeof id !== "string" || !UUID.test(id)) throw new Error("it has no id that is a UUID");
  const verdict = text(given, "verdict", MOST.name);
  if (!VERDICTS.includes(verdict)) throw new Error(`its verdict is ${shown(verdict)}`);
  if (confidence !== null && !(number(confidence) >= 0 && number(confidence) <= 1)) {
    throw new Error(`its confidence is ${shown(confidence)}; expected 0 to 1`);
  }
  const seen = object(given.seen ?? {}, "seen");
  return {
    ...{ id, verdict, confidence: confidence as number | null, version: number(version) },
    region: region(given.region),
    frame: pair(given.frame),
    kind: text(given, "kind", MOST.name),
    label: text(given, "label", MOST.name),
    reason: text(given, "reason", MOST.text),
    author: text(given, "author", MOST.name),
    seen: {
      ...(seen as unknown as SeenRecord),
      digest: text(seen, "digest"),
      image: text(seen, "image"),
    },
    effect: (given.effect ?? null) as Finding["effect"],
    created: time(given.created),
    changed: time(given.changed),
    deleted: given.deleted === true,
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
  if (type === "mask" && typeof counts === "string") return { type, size: pair(size), counts };
  if (type === "polygon" && Array.isArray(rings) && rings.length > 0) {
    const read = rings.map((ring) => {
      if (!Array.isArray(ring) || ring.length < 3) throw new Error("a ring has no three points");
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
  const value = of[name] ?? "";
  if (typeof value !== "string") throw new Error(`${name} is ${shown(value)}; expected a text`);
  if (value.length > most)
    throw new Error(`${name} has ${value.length} characters; at most ${most} fit`);
  return value;
}

function number(value: unknown): number {
  if (typeof value === "number" && Math.abs(value) < 1e7) return value;
  throw new Error(`${shown(value)} is no number that fits`);
}

function pair(value: unknown): [number, number] {
  const sides = Array.isArray(value) && value.length === 2 ? value.map(number) : [];
  const [height = 0, width = 0] = sides;
  if (!sides.every((side) => Number.isInteger(side) && side >= 1) || sides.length === 0) {
    throw new Error(`${shown(value)} is no height and width`);
  }
  return [height, width];
}

function time(value: unknown): string {
  const at = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return new Date(Number.isNaN(at) ? Date.now() : at).toISOString();
}

function shown(value: unknown): string {
  const words = JSON.stringify(value) ?? "nothing";
  return words.length > 40 ? `${words.slice(0, 40)}…` : words;
}
