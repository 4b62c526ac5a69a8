/** Draws findings on a canvas, purely: lines that are seen on light and on dark evidence alike. */
import type { Placement } from "../picture/camera";
import { outline, type Place } from "./grid";
import { boundsOf, gridOf, type Region } from "./region";
import type { Style } from "./style";

export interface Item {
  region: Region;
  style: Style;
}

/** Widths in CSS px. */
const WIDE = { under: 3.5, line: 1.75, strong: 2.5 };
const UNDER = "rgb(0 0 0 / 72%)";
const MARKER = 6;

/** So many points are drawn in lines of one pixel of the screen, which take a fiftieth of the time. */
const CROWD = 1500;

interface Lines {
  path: Path2D;
  points: number;
}

const lines = new WeakMap<Region, Lines>();

/** The lines of a region in image coordinates. */
function linesOf(region: Region): Lines {
  const known = lines.get(region);
  if (known) return known;
  const path = new Path2D();
  let points = 4;
  if (region.type === "box") path.rect(region.x, region.y, region.width, region.height);
  else if (region.type !== "point") {
    const rings = region.type === "mask" ? outline(gridOf(region, region.size)) : region.rings;
    for (const ring of rings) {
      add(path, ring, true);
      points += ring.length;
    }
  }
  const made = { path, points };
  lines.set(region, made);
  return made;
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
  const { groups, whole } = grouped(seen.length === items.length ? items : seen);
  const thin = whole.points > CROWD;
  under(paper, whole.path, WIDE.under, thin);
  for (const { path, style } of groups.values()) line(paper, path, style, WIDE.line, thin);
  for (const { region, style } of seen) {
    if (region.type === "point") marker(paper, region, style, 1);
  }
}

interface Grouped {
  groups: Map<string, Lines & { style: Style }>;
  whole: Lines;
}

const known = new WeakMap<readonly Item[], Grouped>();

/** Put together once for as long as they stay the same. */
function grouped(items: readonly Item[]): Grouped {
  const made = known.get(items);
  if (made) return made;
  const groups: Grouped["groups"] = new Map();
  const whole = { path: new Path2D(), points: 0 };
  for (const { region, style } of items) {
    const key = style.color + style.sign;
    const group = groups.get(key) ?? { style, path: new Path2D(), points: 0 };
    groups.set(key, group);
    const { path, points } = linesOf(region);
    for (const each of [group, whole]) {
      each.path.addPath(path);
      each.points += points;
    }
  }
  known.set(items, { groups, whole });
  return { groups, whole };
}

/** Draw one that is selected, under the pointer, or not finished: filled, its line stronger. */
export function drawOne(paper: Paper, { region, style }: Item): void {
  const { context } = paper;
  enter(paper);
  const { path, points } = linesOf(region);
  context.globalAlpha = 0.18;
  context.fillStyle = style.color;
  context.fill(path, "evenodd");
  context.globalAlpha = 1;
  under(paper, path, WIDE.under + 1.5, points > CROWD);
  line(paper, path, style, WIDE.strong, points > CROWD);
  if (region.type === "point") marker(paper, region, style, 1.35);
}

/** Draw the line that leads to what is not finished. */
export function drawLine(paper: Paper, points: readonly Place[], color: string): void {
  enter(paper);
  const path = new Path2D();
  add(path, points, false);
  const thin = points.length > CROWD;
  under(paper, path, WIDE.under, thin);
  line(paper, path, { color, dash: [], sign: "" }, WIDE.line, thin);
  for (const [x, y] of points.length < 200 ? points : []) {
    dot(paper, x, y, 2.5, color);
  }
}

/** Write a name beside what it is of. */
export function drawName(paper: Paper, { region, style, name }: Item & { name: string }): void {
  const { context, placement, ratio, width } = paper;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = "11px system-ui, sans-serif";
  context.textBaseline = "middle";
  const [left, upper] = boundsOf(region);
  const words = name ? `${style.sign} ${name}` : style.sign;
  const long = Math.ceil(context.measureText(words).width) + 8;
  const off = region.type === "point" ? MARKER + 3 : 0;
  const x = placement.left + left * placement.scale + off;
  const y = placement.top + upper * placement.scale - off - 18;
  const at = {
    x: Math.round(Math.max(1, Math.min(width - long - 1, x))),
    y: Math.round(Math.max(1, y)),
  };
  context.fillStyle = "rgb(0 0 0 / 78%)";
  context.fillRect(at.x, at.y, long, 16);
  context.fillStyle = style.color;
  context.fillText(words, at.x + 4, at.y + 8.5);
}

function under(paper: Paper, path: Path2D, width: number, thin: boolean): void {
  line(paper, path, { color: UNDER, dash: [], sign: "" }, width, thin);
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
  context.lineWidth = WIDE.under / placement.scale;
  context.stroke(ring);
  context.strokeStyle = style.color;
  context.lineWidth = WIDE.line / placement.scale;
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
