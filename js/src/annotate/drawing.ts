/** Draws findings on a canvas, purely: lines that are seen on light and on dark evidence alike. */
import type { Placement } from "../picture/camera";
import { isolated } from "../support/texts";
import { outline, type Place, type Ring } from "./grid";
import { boundsOf, gridOf, type Region, turned } from "./region";
import type { Style } from "./style";

export interface Item {
  region: Region;
  style: Style;
}

/** Widths in CSS px, of what is drawn beside others and of what is drawn as one. */
interface Widths {
  under: number;
  line: number;
}
const SHAPE = { all: { under: 3.5, line: 1.75 }, one: { under: 5, line: 2.5 } };
/** A mask follows the evidence, and its line must not hide that: as thin as can be seen. */
const MASK = { all: { under: 2, line: 1 }, one: { under: 3, line: 1.5 } };
const UNDER = "rgb(0 0 0 / 72%)";
/** Parts and holes of a mask get no line where they are smaller: pixels, and of its largest part. */
const SMALL = { pixels: 16, share: 0.01 };
const MARKER = 6;

/** So many points are drawn in lines of one pixel of the screen, which take a fiftieth of the time. */
const CROWD = 1500;

interface Lines {
  path: Path2D;
  points: number;
}

interface Drawn extends Lines {
  /** What is filled: a mask's small parts and holes, too. */
  whole: Path2D;
  widths: typeof SHAPE;
}

const lines = new WeakMap<Region, Drawn>();

/** The lines of a region in image coordinates. */
function linesOf(region: Region): Drawn {
  const known = lines.get(region);
  if (known) return known;
  const path = new Path2D();
  let made: Drawn = { path, points: 4, whole: path, widths: SHAPE };
  if (region.type === "box") path.rect(region.x, region.y, region.width, region.height);
  else if (region.type === "polygon") made.points += along(path, region.rings);
  else if (region.type === "mask") {
    const rings = outline(gridOf(region, region.size));
    const whole = new Path2D();
    along(whole, rings);
    made = { path, points: along(path, largeOf(rings)), whole, widths: MASK };
  }
  lines.set(region, made);
  return made;
}

/** @returns the number of points */
function along(path: Path2D, rings: readonly Ring[]): number {
  for (const ring of rings) add(path, ring, true);
  return rings.reduce((sum, { length }) => sum + length, 0);
}

/** Those of a mask that get a line: one of diffuse evidence would be all line otherwise. */
export function largeOf(rings: readonly Ring[]): Ring[] {
  const areas = rings.map((ring) => Math.abs(turned(ring)));
  const largest = Math.max(...areas);
  const least = Math.min(largest, Math.max(SMALL.pixels, SMALL.share * largest));
  return rings.filter((_, k) => (areas[k] as number) >= least);
}

function add(path: Path2D, points: readonly Place[], closed: boolean): void {
  for (const [k, [x, y]] of points.entries()) {
    if (k === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  }
  if (closed) path.closePath();
}

export interface Paper {
  context: CanvasRenderingContext2D;
  placement: Placement;
  ratio: number;
  /** Of the pane, in CSS px. */
  width: number;
  height: number;
}

/** Let what follows be drawn in image coordinates; lengths on the screen are divided by the scale. */
function enter({ context, placement, ratio }: Paper): void {
  const by = placement.scale * ratio;
  context.setTransform(by, 0, 0, by, placement.left * ratio, placement.top * ratio);
  context.lineJoin = "round";
}

/** Draw many at once: a line for each style. */
export function drawAll(paper: Paper, items: readonly Item[]): void {
  enter(paper);
  const seen = items.filter(({ region }) => isSeen(paper, region));
  const groups = grouped(seen.length === items.length ? items : seen);
  const thin = groups.reduce((sum, { points }) => sum + points, 0) > CROWD;
  for (const { path, widths } of groups) under(paper, path, widths, thin);
  for (const { path, style, widths } of groups) line(paper, path, style, widths.line, thin);
  for (const { region, style } of seen) {
    if (region.type === "point") marker(paper, region, style, 1);
  }
}

type Group = Lines & { style: Style; widths: Widths };

const known = new WeakMap<readonly Item[], readonly Group[]>();

/** Put together once for as long as they stay the same. */
function grouped(items: readonly Item[]): readonly Group[] {
  const made = known.get(items);
  if (made) return made;
  const groups = new Map<string, Group>();
  for (const { region, style } of items) {
    const { path, points, widths } = linesOf(region);
    const key = `${style.color} ${style.sign} ${widths.all.line}`;
    const group = groups.get(key) ?? { style, path: new Path2D(), points: 0, widths: widths.all };
    groups.set(key, group);
    group.path.addPath(path);
    group.points += points;
  }
  known.set(items, [...groups.values()]);
  return [...groups.values()];
}

/** Draw one that is selected, under the pointer, or not finished: filled, its line stronger. */
export function drawOne(paper: Paper, { region, style }: Item): void {
  const { context } = paper;
  enter(paper);
  const { path, points, whole, widths } = linesOf(region);
  context.globalAlpha = 0.18;
  context.fillStyle = style.color;
  context.fill(whole, "evenodd");
  context.globalAlpha = 1;
  under(paper, path, widths.one, points > CROWD);
  line(paper, path, style, widths.one.line, points > CROWD);
  if (region.type === "point") marker(paper, region, style, 1.35);
}

interface Trail {
  path: Path2D;
  count: number;
}

const trails = new WeakMap<readonly Place[], Trail>();

/** The path of a line that grows: only what came since is added. */
export function trailOf(points: readonly Place[]): Path2D {
  const trail = trails.get(points) ?? { path: new Path2D(), count: 0 };
  for (; trail.count < points.length; trail.count++) {
    const [x, y] = points[trail.count] as Place;
    if (trail.count === 0) trail.path.moveTo(x, y);
    else trail.path.lineTo(x, y);
  }
  trails.set(points, trail);
  return trail.path;
}

/** Draw a line and what it goes around so far. */
export function drawTrail(paper: Paper, points: readonly Place[], style: Style): void {
  const { context } = paper;
  enter(paper);
  const path = trailOf(points);
  const end = new Path2D();
  add(end, [points.at(-1) as Place, points[0] as Place], false);
  context.globalAlpha = 0.18;
  context.fillStyle = style.color;
  context.fill(path, "evenodd");
  context.globalAlpha = 1;
  const thin = points.length > CROWD;
  for (const each of [path, end]) under(paper, each, SHAPE.one, thin);
  for (const each of [path, end]) line(paper, each, style, SHAPE.one.line, thin);
  corners(paper, points, style.color);
}

/** Of few points each is seen. */
function corners(paper: Paper, points: readonly Place[], color: string): void {
  for (const [x, y] of points.length < 200 ? points : []) dot(paper, x, y, 2.5, color);
}

/** Draw the line that leads to what is not finished. */
export function drawLine(paper: Paper, points: readonly Place[], color: string): void {
  enter(paper);
  const path = new Path2D();
  add(path, points, false);
  const thin = points.length > CROWD;
  under(paper, path, SHAPE.all, thin);
  line(paper, path, { color, dash: [], sign: "" }, SHAPE.all.line, thin);
  corners(paper, points, color);
}

/** Write a name beside what it is of. */
export function drawName(paper: Paper, { region, style, name }: Item & { name: string }): void {
  const { context, placement, ratio } = paper;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  let [left, upper] = boundsOf(region);
  // Of a mask the corner may be far away: where its uppermost pixels begin.
  if (region.type === "mask") {
    const { data, width } = gridOf(region, region.size);
    left = data.indexOf(1) % width;
  }
  const words = name ? `${style.sign} ${isolated(name)}` : style.sign;
  const long = Math.ceil(context.measureText(words).width) + 8;
  const off = region.type === "point" ? MARKER + 3 : 0;
  const x = placement.left + left * placement.scale + off;
  const y = placement.top + upper * placement.scale - off - 18;
  const at = {
    x: Math.round(Math.max(1, Math.min(paper.width - long - 1, x))),
    y: Math.round(Math.max(1, y)),
  };
  context.fillStyle = "rgb(0 0 0 / 78%)";
  context.fillRect(at.x, at.y, long, 16);
  context.fillStyle = style.color;
  context.fillText(words, at.x + 4, at.y + 8.5);
}

function under(paper: Paper, path: Path2D, widths: Widths, thin: boolean): void {
  line(paper, path, { color: UNDER, dash: [], sign: "" }, widths.under, thin);
}

/** @param thin whether it is put together of lines of one pixel of the screen */
function line(paper: Paper, path: Path2D, style: Style, width: number, thin: boolean): void {
  const { context, placement, ratio } = paper;
  context.strokeStyle = style.color;
  context.setLineDash(style.dash.map((length) => length / placement.scale));
  if (!thin) {
    context.lineWidth = width / placement.scale;
    context.stroke(path);
    return;
  }
  // A wider one is filled as a shape by the browser, at a cost; one of a pixel is not.
  context.lineWidth = 1 / (placement.scale * ratio);
  const off = style.color === UNDER ? ratio : Math.max(0, (ratio - 1) / 2);
  const corners = off === 0 ? [0] : [-1, 1];
  for (const x of corners) {
    for (const y of style.color === UNDER ? corners : [x]) {
      enter({ ...paper, placement: moved(placement, (x * off) / ratio, (y * off) / ratio) });
      context.stroke(path);
    }
  }
  enter(paper);
}

const moved = (at: Placement, x: number, y: number) => ({
  ...at,
  left: at.left + x,
  top: at.top + y,
});

/** A ring with a sign in it: a point has no line that could be dashed. */
function marker(
  paper: Paper,
  { x, y }: { x: number; y: number },
  style: Style,
  size: number,
): void {
  const { context, placement } = paper;
  const radius = (MARKER * size) / placement.scale;
  const ring = new Path2D();
  ring.arc(x, y, radius, 0, 2 * Math.PI);
  context.setLineDash([]);
  context.fillStyle = "rgb(0 0 0 / 55%)";
  context.fill(ring);
  context.strokeStyle = UNDER;
  context.lineWidth = SHAPE.all.under / placement.scale;
  context.stroke(ring);
  context.strokeStyle = style.color;
  context.lineWidth = SHAPE.all.line / placement.scale;
  context.stroke(ring);
  const sign = new Path2D();
  const half = radius / 2.4;
  if (style.sign === "✕") {
    add(sign, [[x - half, y - half], [x + half, y + half]], false); // biome-ignore format: a stroke a line
    add(sign, [[x - half, y + half], [x + half, y - half]], false); // biome-ignore format: a stroke a line
  } else if (style.sign === "✓") {
    add(sign, [[x - half, y], [x - half / 4, y + half * 0.8], [x + half, y - half * 0.8]], false); // biome-ignore format: a stroke a line
  } else if (style.sign === "?") {
    sign.arc(x, y - half / 2, half / 1.6, Math.PI, 2.5 * Math.PI);
    add(sign, [[x, y + half / 8], [x, y + half / 2]], false); // biome-ignore format: a stroke a line
    add(sign, [[x, y + half * 1.2], [x, y + half * 1.25]], false); // biome-ignore format: a stroke a line
  } else dot(paper, x, y, 1.5, style.color);
  context.stroke(sign);
}

function dot(
  { context, placement }: Paper,
  x: number,
  y: number,
  size: number,
  color: string,
): void {
  context.beginPath();
  context.arc(x, y, size / placement.scale, 0, 2 * Math.PI);
  context.fillStyle = color;
  context.fill();
}

function isSeen({ placement, width, height }: Paper, region: Region): boolean {
  const { left, top, scale } = placement;
  const [x0, y0, x1, y1] = boundsOf(region);
  const room = 2 * MARKER;
  return (
    left + x1 * scale > -room &&
    left + x0 * scale < width + room &&
    top + y1 * scale > -room &&
    top + y0 * scale < height + room
  );
}
