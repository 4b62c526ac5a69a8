/**
 * The patches in which a vision transformer reads the image, its tokens: their grid over the pictures, and
 * the share of the evidence that each one has.
 */
import { at, type Layer, type LayerProps } from "../picture/layers/layer";
import { percent } from "../support/figures";
import type { BesideView } from "./view";

interface Grid {
  rows: number;
  columns: number;
  /** Of a patch, in pixels. */
  height: number;
  width: number;
}

/** Null where the net has no tokens, or none that fit the picture. */
export function gridOf(tokens: readonly number[], image: { height: number; width: number }) {
  const [rows = 0, columns = 0] = tokens;
  const [height, width] = [image.height / rows, image.width / columns];
  if (!Number.isInteger(height) || !Number.isInteger(width)) return null;
  return { rows, columns, height, width };
}

/** The token that a pixel is in, from 0. */
export function tokenAt({ height, width }: Grid, { x, y }: { x: number; y: number }) {
  return { row: Math.floor(y / height), column: Math.floor(x / width) };
}

interface Numbers {
  data: ArrayLike<number> & object;
  channels: number;
  height: number;
  width: number;
}

const known = new WeakMap<object, { rows: number; shares: Float64Array }>();

/** Each token's share of the sum over all pixels, row by row; zeros where that is 0. */
export function sharesOf(grid: Grid, { data, channels, height, width }: Numbers): Float64Array {
  const found = known.get(data);
  if (found?.rows === grid.rows) return found.shares;
  const shares = new Float64Array(grid.rows * grid.columns);
  let sum = 0;
  for (let i = 0; i < channels * height * width; i++) {
    const value = data[i] as number;
    const y = Math.floor(i / width) % height;
    const { row, column } = tokenAt(grid, { x: i % width, y });
    const place = row * grid.columns + column;
    shares[place] = (shares[place] as number) + value;
    sum += value;
  }
  if (sum > 0) for (let k = 0; k < shares.length; k++) shares[k] = (shares[k] as number) / sum;
  known.set(data, { rows: grid.rows, shares });
  return shares;
}

/** The grid, and the token under the cursor. */
export function tokenGrid(view: BesideView): Layer {
  function Tokens({ picture, pane }: LayerProps) {
    const { image } = pane.scene;
    const grid = view.tokens.value ? gridOf(view.beside.tokens.value, image) : null;
    if (!grid) return null;
    const { scale } = picture.placement.value;
    const size = (rows: number, columns: number) => ({
      height: `${rows * grid.height * scale}px`,
      width: `${columns * grid.width * scale}px`,
    });
    const cursor = picture.cursor.value;
    const { row, column } = tokenAt(grid, cursor ?? { x: 0, y: 0 });
    const { rows, columns } = grid;
    return (
      <div aria-hidden="true">
        <div
          class="xw-at xw-tokens"
          style={{
            ...{ ...at(0, 0), ...size(rows, columns) },
            backgroundSize: `${grid.width * scale}px ${grid.height * scale}px`,
          }}
        />
        {cursor && (
          <div
            class="xw-at xw-token"
            style={{ ...at(column * grid.width, row * grid.height), ...size(1, 1) }}
          />
        )}
      </div>
    );
  }
  return { View: Tokens };
}

/** The share of each picture's values that the token under the cursor has. */
export function TokenShares({ view }: { view: BesideView }) {
  const { ui, tokens, beside, shown } = view;
  const [at, scene] = [ui.cursor.value, ui.scene.value];
  const grid = tokens.value && scene ? gridOf(beside.tokens.value, scene.image) : null;
  if (!grid) return null;
  const token = at && tokenAt(grid, at);
  const rows: [string, Numbers | null][] = [
    ["of the evidence", ui.store.drawn.value],
    ...shown.value.flatMap(({ label, values, signed }): [string, Numbers][] =>
      values && !signed ? [[`of ${label}`, values]] : [],
    ),
  ];
  const place = token ? token.row * grid.columns + token.column : 0;
  return (
    <>
      <div class="xw-row xw-of-pane">
        <span>Token</span>
        <span />
        <span>{token ? `${token.row + 1}, ${token.column + 1}` : "–"}</span>
      </div>
      {rows.map(([name, of]) => (
        <div key={name} class="xw-row xw-of-pane">
          <span title={name}>{name}</span>
          <span />
          <span>{token && of ? percent(sharesOf(grid, of)[place] as number) : "–"}</span>
        </div>
      ))}
    </>
  );
}
