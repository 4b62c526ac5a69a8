import { at, type Layer, type LayerProps } from "./layer";

/** A frame around the cursor's pixel, or what the tool touches there; two tones are seen on any color. */
function Reticle({ picture }: LayerProps) {
  const cursor = picture.cursor.value;
  if (!cursor) return null;
  const reach = picture.chosenTool.value?.reach?.value;
  const { scale } = picture.placement.value;
  const side = Math.max(scale, reach === undefined ? 7 : 2 * reach * scale);
  return (
    <div
      class="xw-at xw-reticle"
      data-round={(reach ?? 0) > 0.5 || undefined}
      style={{
        ...at(cursor.x + 0.5, cursor.y + 0.5),
        margin: `${-side / 2}px`,
        width: `${side}px`,
        height: `${side}px`,
      }}
    />
  );
}

export const cursor: Layer = { View: Reticle };
