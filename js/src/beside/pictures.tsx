/** What stands beside our evidence, as the panel's pictures, layers and tools. */
import type { FunctionComponent } from "preact";
import type { Frame } from "../kernel/frame";
import type { Extension } from "../panel/extension";
import type { Ui } from "../panel/ui";
import type { Layer } from "../picture/layers/layer";
import type { Scene } from "../picture/painting";
import type { Pane } from "../picture/panes";
import type { Tool } from "../picture/tools/tool";
import { nameOf } from "../state/classes";
import { meanOf, thresholded, whereabouts } from "../state/masks";
import { percent } from "../support/figures";
import { asMask, figureOf, magnitudes } from "./figure";
import { PixelValues } from "./pixel_values";
import { topShare, type Values } from "./state/values";
import { TokenShares, tokenGrid } from "./tokens";
import type { BesideView, Shown } from "./view";
import { ends } from "./written";

type Pictures = Required<
  Pick<Extension<Ui>, "panes" | "shown" | "tools" | "layers" | "Values" | "place" | "goTo">
>;

/** @param Title in place of the panel's own titles. */
export function picturesOf(
  view: BesideView,
  Title: FunctionComponent<{ pane: Pane }> | undefined,
): Pictures {
  const { ui, share } = view;
  const { store } = ui;
  const titled = Title ? { Title } : {};
  const scenes = createScenes();
  const tested = createTested(view);

  /** Our own evidence, which has a title where it has neighbors. */
  const ours = (main: Pane): Pane => {
    const area = store.testing.edited.value ? null : share.value;
    const { head, title: given } = main;
    const title = given || "Evidence";
    const top = area !== null && view.own.value && words(area);
    const figures = area === null ? head.figures : ([top || "whole", ""] as const);
    const said = area === null && given ? "" : `: ${figures.filter(Boolean).join(" ")}`;
    const name = head.name || title;
    const pane = { ...main, ...titled, title: title + said, head: { ...head, name, figures } };
    if (!top) return pane;
    return {
      ...pane,
      head: { ...pane.head, warns: undefined },
      // Everywhere the same: the pixels that are ranked first, and nothing else.
      takes: false,
      says: `The ${top} by the evidence, as the network is shown them.`,
      words: `The ${top} by the evidence for ${nameOf(store, store.target.value)}`,
    };
  };

  const beside = (each: Shown, main: Pane): Pane => {
    const { key, kind, label, values } = each;
    const area = share.value;
    const said = area === null ? range(each) : words(area);
    const figures = [values ? said : "…", ""] as const;
    const pane = {
      ...{ key, title: `${label}: ${figures[0]}`, over: "", takes: false },
      head: { name: label, warns: undefined, figures },
      says: [each.about, each.unit && `Scale: ${each.unit}.`, each.note].filter(Boolean).join(" "),
      words: inWords(each, area, nameOf(store, each.target)),
      ...titled,
      tested: () => tested(each),
    };
    if (!values) return { ...pane, view: "image", scene: scenes.bare(main.scene) };
    if (area === null && kind === "model") {
      // A mask as ours is, of a run of the same game.
      const mask = thresholded(maskOf(values, main.scene.image), ui.threshold.value);
      return { ...pane, view: main.view, takes: main.takes, scene: scenes.mask(main.scene, mask) };
    }
    if (area === null) return { ...pane, view: "heat", scene: scenes.figure(main.scene, values) };
    return { ...pane, view: main.view, scene: scenes.top(main.scene, values, area) };
  };

  return {
    panes(panes) {
      const [main, ...others] = panes;
      const shown = view.isBeside() ? view.shown.value : [];
      if (!main || !view.isBeside() || (shown.length === 0 && share.value === null)) return panes;
      return [
        ours(main),
        ...others.map((each) => ({ ...each, takes: each.takes && share.value === null })),
        ...shown.map((each) => beside(each, main)),
      ];
    },
    shown(mask, cut) {
      const [own, area] = [view.own.value, share.value];
      return area !== null && own && view.isBeside() ? topOf(own, area, mask) : cut;
    },
    tools: { select: selecting(view) },
    layers: [tokenGrid(view), selected(view)],
    Values: () => (
      <>
        <PixelValues view={view} />
        <TokenShares view={view} />
      </>
    ),
    place: () => ({
      area: share.value,
      less: view.differences.value.join(",") || null,
    }),
    goTo(place) {
      const area = Number(place.get("area") ?? Number.NaN);
      share.value = area > 0 && area < 1 ? area : null;
      const classes = store.classes.peek().map(({ index }) => index);
      const less = (place.get("less") ?? "").split(",").filter(Boolean).map(Number);
      view.differences.value = classes.filter((index) => less.includes(index));
    },
  };
}

/** "top 20% of the pixels" */
function words(share: number): string {
  return `top ${percent(share).replace(".0%", "%")} of the pixels`;
}

function range(each: Pick<Shown, "signed" | "scale">): string {
  return ends(each).join(" to ");
}

const lies = new WeakMap<Values, string>();

/** Method, class, scale, and where most of it lies. */
function inWords(each: Shown, share: number | null, name: string): string {
  const { label, values, kind, note } = each;
  const of = kind === "difference" ? label : `${label} for ${name}`;
  if (!values) return `${of}: ${each.error || each.state}`;
  if (share !== null) return `${of}: the ${words(share)} that it ranks first`;
  const where = lies.get(values) ?? whereabouts(magnitudes(values) as Frame);
  lies.set(values, where);
  const beyond = each.clipped > 0 ? `, ${percent(each.clipped)} beyond` : "";
  const scale = each.signed ? `signed values from ${range(each)}${beyond}` : "values from 0 to 1";
  const unit = each.unit && ` (${each.unit})`;
  return `${of}: ${scale}${unit}; ${where}. ${note}`.trim();
}

const tops = new WeakMap<Values, { share: number; data: Uint8Array<ArrayBuffer> }>();

/** The same bytes for the same values and share. */
function topBytes(values: Values, share: number): Uint8Array<ArrayBuffer> {
  const known = tops.get(values);
  if (known?.share === share) return known.data;
  const data = topShare(values, share);
  tops.set(values, { share, data });
  return data;
}

const asked = { score: Number.NaN, channels: 3 };
const frames = new WeakMap<Uint8Array, { like: Frame; frame: Frame }>();

/** Bytes as a mask of the run, class and iteration of another, the same for the same ones. */
function frameOf(data: Uint8Array<ArrayBuffer>, like: Frame): Frame {
  const known = frames.get(data);
  if (known?.like === like) return known.frame;
  const frame = { ...like, ...asked, data, mean: meanOf({ data }) };
  frames.set(data, { like, frame });
  return frame;
}

const masks = new WeakMap<Values, Uint8Array<ArrayBuffer>>();

/** Values as a mask: the positive part of signed ones, as a share of the scale. */
function maskOf(values: Values, like: Frame): Frame {
  const data = masks.get(values) ?? asMask(values);
  masks.set(values, data);
  return frameOf(data, like);
}

function topOf(values: Values, share: number, like: Frame): Frame {
  return frameOf(topBytes(values, share), like);
}

/** Scenes that are the same as long as what is seen is: what is drawn is not drawn again. */
function createScenes() {
  const known = new WeakMap<object, Scene>();
  const same = (key: object, { image, reference, dim }: Scene, rest: Partial<Scene>): Scene => {
    const found = known.get(key);
    if (found?.image === image && found.reference === reference) return found;
    const scene = { image, reference, dim, mask: null, ...rest };
    known.set(key, scene);
    return scene;
  };
  return {
    bare: (main: Scene) => same(main.image, main, {}),
    mask: (main: Scene, mask: Frame) => same(mask, main, { mask }),
    figure: (main: Scene, values: Values) => {
      const figure = figureOf(values);
      return same(figure, main, { figure });
    },
    top: (main: Scene, values: Values, share: number) => {
      const data = topBytes(values, share);
      return same(data, main, { mask: frameOf(data, main.image) });
    },
  };
}

/** What a test of a picture begins with, or why it has none. */
function createTested({ ui, share }: BesideView): (each: Shown) => Frame | string {
  return ({ label, values, target }) => {
    const drawn = ui.store.drawn.peek();
    if (!values || !drawn) return `There is nothing of ${label} to test yet.`;
    const like = drawn.target === target ? drawn : { ...drawn, target };
    const area = share.peek();
    if (area !== null) return topOf(values, area, like);
    return maskOf(values, like);
  };
}

/** A press on a picture, or a key, chooses it: a press goes on to the other tools; a click that chose one does no more. */
function selecting({ ui, select }: BesideView): Tool {
  let before = "";
  return {
    always: true,
    down({ pane }) {
      before = ui.selected.peek();
      const found = ui.panes.peek().find(({ key }) => key === pane);
      // The brush draws on the main picture whichever explanation the edit began with.
      const editing = pane === "main" && ui.chosen.peek() === "brush";
      if (!editing && (found?.tested || pane === "main")) select(pane);
      return false;
    },
    click: () => ui.selected.peek() !== before,
    keys: {
      m() {
        const keys = ui.panes.peek().flatMap(({ key, tested }) => (tested ? key : []));
        // After the last of them comes the main one.
        select(keys[keys.indexOf(ui.selected.peek()) + 1] ?? "main");
        return keys.length > 0;
      },
    },
    help: { Testing: [["M", "test the next picture beside the evidence, or the evidence again"]] },
  };
}

/** Around the picture that is tested, where there is a choice. */
function selected({ ui, share, shown, of, isBeside }: BesideView): Layer {
  return {
    View({ pane: { key } }) {
      if (!isBeside() || shown.value.length === 0 || ui.selected.value !== key) return null;
      const signed = of(key)?.signed && share.value === null;
      return (
        <div class="xw-tested">
          <span class="xw-sr" role="status">
            A test takes {of(key)?.label ?? "the evidence"}
          </span>
          {signed && (
            <b class="xw-corner" title="As a share of the scale">
              a test takes the positive part
            </b>
          )}
        </div>
      );
    },
  };
}
