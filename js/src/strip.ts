/** The picture that leaves the panel: as it is drawn, with words on a strip below it. */
import { draw } from "./canvas";
import { scaleOn } from "./colormap";
import { lookAt } from "./looks";
import { DARK, LIGHT } from "./paper";
import type { Pane, Ui } from "./ui";

/** Narrower pictures stand on a strip as wide as this, in CSS px, so that it can be read. */
const LEAST = 224;

/**
 * @param scale PNG pixels for each pixel of the image
 * @param lines below it, the first one bold; none where the picture is to be alone
 */
export function pictureOf(ui: Ui, pane: Pane, scale: number, lines: string[]): HTMLCanvasElement {
  const own = document.createElement("canvas");
  draw(own, pane.scene, pane.view, lookAt(ui, pane));
  const [width, height] = [own.width, own.height].map((side) => Math.round(side * scale)) as [
    number,
    number,
  ];
  const sheet = document.createElement("canvas");
  const context = sheet.getContext("2d");
  if (!context) throw new Error("This browser gives no canvas.");
  const ratio = width >= 2 * LEAST ? ui.ratio.peek() : 1;
  sheet.width = lines.length > 0 ? Math.max(width, LEAST) : width;
  const size = Math.max(11, Math.round(sheet.width / ratio / 40)) * ratio;
  const font = (k: number) => `${k === 0 ? 600 : 400} ${size}px system-ui, sans-serif`;
  const pad = size * 0.6;
  const rows = lines.flatMap((line, k) => {
    context.font = font(k);
    const fits = (text: string) => context.measureText(text).width <= sheet.width - 2 * pad;
    return wrap(line, fits).map((text) => ({ text, font: font(k) }));
  });
  const tall = rows.length > 0 ? Math.ceil(1.4 * size * rows.length + 2 * pad) : 0;
  const scaled = pane.view === "heat" && tall > 0;
  const bar = scaled ? size : 0;
  sheet.height = height + bar + tall;
  const dark = ui.dark.peek();
  const { plain } = dark ? DARK : LIGHT;
  // Setting the size has cleared what was set before.
  context.fillStyle = rows.length > 0 ? `rgb(${plain.join(" ")})` : "#0000";
  context.fillRect(0, 0, sheet.width, sheet.height);
  context.imageSmoothingEnabled = scale < 1;
  context.drawImage(own, 0, 0, width, height);
  if (scaled) {
    context.fillStyle = scaleOn(context, pad, sheet.width - pad);
    context.fillRect(pad, height + pad, sheet.width - 2 * pad, size / 2);
  }
  context.fillStyle = dark ? "#e6e6e6" : "#1f2328";
  context.textBaseline = "top";
  for (const [n, row] of rows.entries()) {
    context.font = row.font;
    context.fillText(row.text, pad, height + bar + pad + 1.4 * size * n);
  }
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
