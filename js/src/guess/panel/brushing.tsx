/** How the photo is brushed, and how much of it is. */

import type { GuessView } from "../view";
import { share } from "../words";

const MODES = [
  ["Brush", "Mark what you brush over (key E for the other)", false],
  ["Erase", "Take away what you brush over (key E for the other)", true],
] as const;

export function Brushing({ view: { ui, guessing } }: { view: GuessView }) {
  const { undo } = ui.store;
  const area = guessing.area.value;
  return (
    <>
      <p class="xw-note">
        Drag on the photo. With keys: arrows move, Space dabs, Enter puts the brush down and lifts
        it.
      </p>
      <div class="xw-guess-tools">
        <div class="xw-tabs" role="radiogroup" aria-label="Brush">
          {MODES.map(([name, title, erases]) => (
            <label key={name} title={title}>
              <input
                type="radio"
                name={`${ui.id}-guess`}
                checked={guessing.erases.value === erases}
                onChange={() => {
                  guessing.erases.value = erases;
                }}
              />
              <span>{name}</span>
            </label>
          ))}
        </div>
        <label class="xw-check" title="Keys [ and ]">
          Size
          <input
            type="range"
            min={1}
            max={guessing.most.value}
            value={guessing.radius.value}
            aria-valuetext={`radius ${guessing.radius.value} pixels`}
            onInput={(event) => {
              guessing.radius.value = event.currentTarget.valueAsNumber;
            }}
          />
        </label>
        <span class="xw-guess-steps">
          <button type="button" disabled={!undo.canUndo.value} onClick={undo.undo}>
            Undo
          </button>
          <button type="button" disabled={!undo.canRedo.value} onClick={undo.redo}>
            Redo
          </button>
          <button type="button" disabled={area === 0} onClick={guessing.clear}>
            Clear
          </button>
        </span>
      </div>
      {/* Told once the brush is lifted: while it moves, it would talk without end. */}
      <p class="xw-area" aria-live={guessing.drawing.value ? "off" : "polite"}>
        <b>{share(area)}</b> of the photo
      </p>
    </>
  );
}
