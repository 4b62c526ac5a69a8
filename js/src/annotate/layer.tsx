/** Findings over a picture: all of them, what is selected and drawn above, and its handles. */
import { computed } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { at, type Layer, type LayerProps } from "../picture/layers/layer";
import { drawAll, drawLine, drawNames, drawOne, type Item, type Paper } from "./drawing";
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

  function Above(props: LayerProps) {
    const { shown, selected, hovered, draft, line, change, colorBy } = annotating;
    const of = [shown, selected, hovered, draft, line, change, colorBy].map((each) => each.value);
    const find = (id: string | null) => shown.value.find((each) => each.id === id);
    const draw = (paper: Paper) => {
      const [pointed, chosen] = [find(hovered.value), find(selected.value)];
      const now = chosen && { ...chosen, region: change.value?.region ?? chosen.region };
      const above = [pointed !== chosen && pointed, now].filter((each) => !!each);
      for (const each of above) drawOne(paper, styled(each));
      const known = above.filter(({ label, verdict }) => label || verdict);
      drawNames(
        paper,
        known.map((each) => ({ ...styled(each), name: each.label })),
      );
      if (draft.value) drawOne(paper, { region: draft.value, style: DRAFT });
      if (line.value.length > 0) drawLine(paper, line.value, DRAFT.color);
    };
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
    View: (props) =>
      annotating.on.value && (
        <>
          <All {...props} />
          <Above {...props} />
          <Grips {...props} />
        </>
      ),
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
