/**
 * What is looked at, as the part of an address after "#", so that a link leads to one picture:
 * class, iteration, view, side by side, zoom, threshold, color, boost, area. What is as at first is left
 * out; what cannot be read, or is not on this page, is passed over.
 */
import { batch } from "@preact/signals";
import { WHOLE } from "../picture/camera";
import { LAYOUTS, type Layout } from "../picture/layouts";
import { BOOSTS, CHANNELS, VIEWS, type View } from "../picture/painting";
import type { Ui } from "./ui";

/** What is looked at now. */
export function placeOf(ui: Ui): string {
  const { store, view, layout, camera, threshold, channel, boost } = ui;
  const { zoom, x, y } = camera.value;
  const around = [zoom, x, y].map((value) => String(Number(value.toFixed(4))));
  const mask = store.drawn.value;
  const place: Record<string, string | number | null> = {
    class: store.target.value,
    iteration: mask?.target === store.target.value ? mask.iteration : null,
    view: view.value,
    layout: layout.value === "single" ? null : layout.value,
    zoom: zoom > 1 ? around.join(",") : null,
    threshold: threshold.value || null,
    channel: channel.value === null ? null : (CHANNELS[channel.value] ?? null),
    boost: boost.value > 1 ? boost.value : null,
  };
  for (const { place: added } of ui.extensions.value) Object.assign(place, added?.());
  const said = Object.entries(place).filter(([, value]) => value !== null);
  return said.map(([name, value]) => `${name}=${value}`).join("&");
}

/** Go where a link points to. */
export function goTo(ui: Ui, place: string): void {
  const said = new URLSearchParams(place.replace(/^#/, ""));
  const number = (name: string, least: number, most: number, fallback: number) => {
    const text = said.get(name);
    const value = text ? Number(text) : Number.NaN;
    return value >= least && value <= most ? value : fallback;
  };
  const one = <T>(name: string, all: readonly T[], fallback: T): T =>
    all.find((each) => String(each) === said.get(name)) ?? fallback;
  const { store } = ui;
  batch(() => {
    const classes = store.classes.peek().map(({ index }) => index);
    store.choose(one("class", classes, store.target.peek()));
    store.scrub(number("iteration", 0, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY));
    ui.view.value = one<View>("view", VIEWS, "paper");
    ui.layout.value = one<Layout>("layout", LAYOUTS, "single");
    ui.threshold.value = Math.round(number("threshold", 0, 255, 0));
    ui.channel.value =
      ([0, 1, 2] as const).find((c) => CHANNELS[c] === said.get("channel")) ?? null;
    ui.boost.value = one("boost", BOOSTS, 1);
    const [zoom = 1, x = 0.5, y = 0.5] = (said.get("zoom") ?? "1").split(",").map(Number);
    const share = (value: number) => value >= 0 && value <= 1;
    for (const each of ui.extensions.peek()) each.goTo?.(said);
    ui.camera.value = zoom > 1 && zoom <= 1000 && share(x) && share(y) ? { zoom, x, y } : WHOLE;
  });
}
