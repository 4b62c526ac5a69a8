/** Findings over a picture: all of them, what is selected and drawn above, and its handles. */
import { computed } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { at, type Layer, type LayerProps } from "../picture/layers/layer";
import { drawAll, drawLine, drawName, drawOne, drawTrail, type Item, type Paper } from "./drawing";
import { FocusedHandle } from "./focused_handle";
import type { Handles } from "./handles";
import { type Style, styleOf } from "./style";
import type { Annotating, Marked } from "./view";

/** What is not a finding yet. */
const DRAFT: Style = { color: "#ffffff", dash: [], sign: "" };

export function createLayer(annotating: Annotating, handles: Handles): Layer {
  const styled = (each: Marked): Item => ({
    region: each.region,
    style: styleOf(each, annotating.colorBy.value),
  });

  /** Every finding but the one that is selected. */
  const others = computed(() =>
    annotating.shown.value.filter(({ id }) => id !== annotating.selected.value).map(styled),
  );

  function All(props: LayerProps) {
    const items = others.value;
    return <Sheet {...props} of={[items]} draw={(paper) => drawAll(paper, items)} />;
  }

  /** A sheet of its own for what is selected: it may be large, and the pointer moves over it. */
  const chosen = computed(() => {
    const found = annotating.shown.value.find(({ id }) => id === annotating.selected.value);
    const change = annotating.change.value;
    return found && change?.id === found.id ? { ...found, region: change.region } : found;
  });
  const pointed = computed(() => {
    const { shown, hovered, selected } = annotating;
    if (hovered.value === selected.value) return undefined;
    return shown.value.find(({ id }) => id === hovered.value);
  });

  function drawNamed(paper: Paper, each: Marked | undefined): void {
    if (!each) return;
    drawOne(paper, styled(each));
    if (each.label || each.verdict) drawName(paper, { ...styled(each), name: each.label });
  }

  function Chosen(props: LayerProps) {
    const each = chosen.value;
    const of = [each, annotating.colorBy.value];
    return <Sheet {...props} of={of} draw={(paper) => drawNamed(paper, each)} />;
  }

  function Above(props: LayerProps) {
    const { proposed, draft, line, colorBy } = annotating;
    const draw = (paper: Paper) => {
      drawNamed(paper, pointed.value);
      const ring = draft.value?.type === "polygon" && draft.value.rings[0];
      const around = ring === line.value;
      if (around) drawTrail(paper, line.value, DRAFT);
      for (const { value } of around ? [proposed] : [proposed, draft]) {
        if (value) drawOne(paper, { region: value, style: DRAFT });
      }
      if (line.value.length > 0 && !around) drawLine(paper, line.value, DRAFT.color);
    };
    const of = [pointed.value, proposed.value, draft.value, line.value, colorBy.value];
    return <Sheet {...props} of={of} draw={draw} />;
  }

  function Grips({ picture, pane }: LayerProps) {
    const all = handles.all.value;
    if (all.length === 0) return null;
    return (
      <>
        {all.map(({ key, kind, x, y, cursor }) => (
          <i key={key} class="xw-at xw-grip" data-kind={kind} style={{ ...at(x, y), cursor }} />
        ))}
        {pane.key === "main" && (
          <FocusedHandle picture={picture} annotating={annotating} handles={handles} />
        )}
      </>
    );
  }

  return {
    View(props) {
      // Chosen in the list, a finding is seen whether annotating is on or not.
      if (!annotating.on.value) return chosen.value ? <Chosen {...props} /> : null;
      return (
        <>
          <All {...props} />
          <Chosen {...props} />
          <Above {...props} />
          <Grips {...props} />
        </>
      );
    },
  };
}

/**
 * A canvas over a pane, of the screen's own pixels; drawn anew where what is drawn, or where, is
 * another. In a closed root, so that the panel's own canvas is still the only one.
 */
function Sheet(props: LayerProps & { of: readonly unknown[]; draw: (paper: Paper) => void }) {
  const host = useRef<HTMLDivElement>(null);
  const own = useRef<HTMLCanvasElement | null>(null);
  const { picture, draw } = props;
  const { width, height } = picture.size.value;
  const ratio = picture.ratio.value;
  const placement = picture.placement.value;
  useLayoutEffect(() => {
    const canvas = document.createElement("canvas");
    canvas.style.cssText = "display: block; width: 100%; height: 100%";
    host.current?.attachShadow({ mode: "closed" }).append(canvas);
    own.current = canvas;
  }, []);
  useLayoutEffect(() => {
    const context = own.current?.getContext("2d");
    if (!context) return;
    context.canvas.width = Math.round(width * ratio);
    context.canvas.height = Math.round(height * ratio);
    draw({ context, placement, ratio, width, height });
  }, [...props.of, width, height, ratio, placement]);
  return <div ref={host} class="xw-findings" aria-hidden="true" />;
}
