/** The picture that leaves the panel: as it is drawn, with words on a strip below it. */
import { draw } from "./canvas";
import { scaleOn } from "./colormap";
import { type Looks, lookAt } from "./looks";
import type { Pane } from "./panes";
import { DARK, LIGHT } from "./paper";
import type { Viewport } from "./viewport";

/** Narrower pictures stand on a strip as wide as this, in CSS px, so that it can be read. */
const LEAST = 224;
/** Between pictures side by side, in CSS px. */
const GAP = 6;

/**
 * @param panes side by side, as on the screen
 * @param lines below them, the first one bold; none where the picture is to be alone
 * @param exact a pixel for each of the image's, all of them; else as large and as enlarged as drawn
 */
export function stillOf(
  picture: Looks & Viewport,
  panes: readonly Pane[],
  lines: string[],
  exact = false,
) {
  const sheet = document.createElement("canvas");
  const context = sheet.getContext("2d");
  const image = panes[0]?.scene.image;
  if (!context || !image) throw new Error("There is no picture yet.");
  const ratio = exact ? 1 : picture.ratio.peek();
  const place = exact ? { left: 0, top: 0, scale: 1 } : picture.placement.peek();
  const { columns, ...size } = picture.size.peek();
  const pane = exact ? image : size;
  const [wide, high] = [Math.round(pane.width * ratio), Math.round(pane.height * ratio)];
  const across = Math.min(columns, panes.length);
  const gap = GAP * ratio;
  const width = across * (wide + gap) - gap;
  sheet.width = lines.length > 0 ? Math.max(width, LEAST * ratio) : width;
  const letters = Math.min(20, Math.max(11, Math.round(sheet.width / ratio / 40))) * ratio;
  const font = (bold: boolean) => `${bold ? 600 : 400} ${letters}px system-ui, sans-serif`;
  const pad = letters * 0.6;
  const line = letters * 1.4;
  const title = panes.length > 1 ? line : 0;
  const rows = lines.flatMap((text, k) => {
    context.font = font(k === 0);
    const fits = (part: string) => context.measureText(part).width <= sheet.width - 2 * pad;
    return wrap(text, fits).map((part) => ({ part, bold: k === 0 }));
  });
  const tall = Math.ceil(panes.length / across) * (high + title + gap) - gap;
  const scaled =
    rows.length > 0 && panes.some(({ view, scene }) => view === "heat" && !scene.figure);
  const below = tall + (scaled ? letters : 0);
  sheet.height = below + (rows.length > 0 ? Math.ceil(line * rows.length + 2 * pad) : 0);

  // Setting the size has cleared what was set before.
  const dark = picture.dark.peek();
  const ink = dark ? "#e6e6e6" : "#1f2328";
  context.fillStyle = `rgb(${(dark ? DARK : LIGHT).plain.join(" ")})`;
  context.fillRect(0, 0, sheet.width, sheet.height);
  context.textBaseline = "top";
  const write = (text: string, x: number, y: number, bold: boolean, room?: number) => {
    context.font = font(bold);
    context.fillStyle = ink;
    context.fillText(text, x, y, room);
  };
  for (const [k, each] of panes.entries()) {
    const x = (k % across) * (wide + gap);
    const y = Math.floor(k / across) * (high + title + gap);
    if (title) write(each.title, x, y + letters * 0.15, false, wide);
    const own = document.createElement("canvas");
    draw(own, each.scene, each.view, lookAt(picture, each));
    const scale = place.scale * ratio;
    context.save();
    context.beginPath();
    context.rect(x, y + title, wide, high);
    context.clip();
    context.imageSmoothingEnabled = scale < 1;
    context.drawImage(
      own,
      x + place.left * ratio,
      y + title + place.top * ratio,
      own.width * scale,
      own.height * scale,
    );
    context.restore();
  }
  if (scaled) {
    context.fillStyle = scaleOn(context, pad, sheet.width - pad);
    context.fillRect(pad, tall + pad, sheet.width - 2 * pad, letters / 2);
  }
  for (const [n, { part, bold }] of rows.entries()) write(part, pad, below + pad + line * n, bold);
  return sheet;
}

/** A text in lines that fit. */
export function wrap(text: string, fits: (text: string) => boolean): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1) ?? ""} ${word}`.trim();
    if (lines.length > 0 && fits(longer)) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
