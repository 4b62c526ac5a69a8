import type { Ui } from "./ui";

/** Play the iterations, or pause. */
export function Play({ ui }: { ui: Ui }) {
  const { player, store } = ui;
  const playing = player.playing.value;
  return (
    <button
      type="button"
      class="xw-play"
      disabled={store.keyframes.value.length < 2}
      aria-label={playing ? "Pause" : "Play"}
      title={playing ? "Pause (key P)" : "Play up to the newest iteration (key P)"}
      onClick={player.toggle}
    >
      <svg viewBox="0 0 12 12" aria-hidden="true">
        <path d={playing ? "M2 1h3v10h-3zM7 1h3v10h-3z" : "M2.5 1l8 5-8 5z"} />
      </svg>
    </button>
  );
}
