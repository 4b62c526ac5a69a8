import { useEffect, useRef } from "preact/hooks";
import { describe } from "./description";
import { useDrawing, usePaper } from "./drawing";
import { listen, press } from "./gestures";
import type { Layer } from "./layers/layer";
import type { Pane } from "./panes";
import type { Picture } from "./picture";
import { Title } from "./titles";
import { laidOut } from "./viewport";

/** One picture with its layers: the canvas holds the picture's own pixels and nothing else. */
export function PaneView(props: { picture: Picture; pane: Pane; layers: readonly Layer[] }) {
  const { picture, pane, layers } = props;
  const { cursor, size, placement } = picture;
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const paper = usePaper(frame);
  const main = pane.key === "main";
  useDrawing(picture, pane.key, canvas, paper);
  useEffect(() => {
    const ended = new AbortController();
    if (frame.current) listen(frame.current, picture, pane.key, ended.signal);
    return () => ended.abort();
  }, []);

  const image = pane.scene.image;
  const middle = { x: image.width >> 1, y: image.height >> 1 };
  const holders = () => [
    ...picture.atHand("key"),
    ...layers.map(({ keys }) => ({ keys: keys?.(picture) })),
  ];
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return; // the divider's own
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" && event.shiftKey) return; // the notebook's: it runs the cell
    const taken = press(event, holders(), { pixel: cursor.value ?? middle, pane: pane.key });
    if (!taken && event.key === "Escape") (event.currentTarget as HTMLElement).blur();
    else if (!taken) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const tool = picture.chosenTool.value;
  // Those that the notebook must not take: see isOurs.
  const keys = holders().flatMap(({ keys }) => Object.keys(keys ?? {}));
  const { width, height, whole } = size.value;
  const { left, top, scale } = placement.value;
  const enlarged = picture.camera.value.zoom > 1;
  const onPaper = pane.view === "paper";
  const laid = laidOut(placement.value, image);
  const sharp = whole || enlarged ? "xw-whole" : "";
  const hint = main ? "arrow keys move a pixel cursor, plus and minus zoom, Escape leaves" : "";
  return (
    <div class="xw-pane">
      {pane.title &&
        (pane.Title ? <pane.Title pane={pane} /> : <Title picture={picture} pane={pane} />)}
      <div
        ref={frame}
        class="xw-frame"
        role="application"
        // One stop for the Tab key: the pictures are linked.
        tabIndex={main ? 0 : -1}
        aria-label={`Picture${main ? "" : `, ${pane.title}`}: ${hint}`}
        data-enlarged={enlarged || undefined}
        data-tool={picture.chosen.value ?? undefined}
        data-keys={keys.filter((key) => key.length > 1).join(" ")}
        style={{
          width: `${width}px`,
          height: `${height}px`,
          cursor: tool?.cursor,
          "--xw-left": `${left}px`,
          "--xw-top": `${top}px`,
          "--xw-scale": `${scale}px`,
        }}
        onKeyDown={onKeyDown}
        onFocus={(event) => {
          if (event.currentTarget.matches(":focus-visible")) {
            cursor.value ??= { ...middle, by: "keys", pane: pane.key };
          }
        }}
        onBlur={() => {
          if (cursor.value?.by === "keys") cursor.value = null;
        }}
      >
        <canvas
          ref={canvas}
          class={sharp}
          role="img"
          aria-label={describe(picture, pane)}
          style={laid}
        />
        <div class={`xw-sheet ${sharp}`} hidden={!onPaper} aria-hidden="true" style={laid} />
        {layers.map(({ View }, k) => (
          <View key={k} picture={picture} pane={pane} canvas={onPaper ? paper : canvas} />
        ))}
      </div>
    </div>
  );
}
