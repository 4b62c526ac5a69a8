import { signOf } from "../catalog/trust";
import { gradient } from "./colormap";
import { CHANNELS } from "./painting";
import type { Pane } from "./panes";
import type { Picture } from "./picture";
import { SignOf } from "./sign";
import { heatEnd, heatOf } from "./view_names";

/** A long name is cut, its figures never are. */
export function Title({ picture, pane }: { picture: Picture; pane: Pane }) {
  const { name, warns, figures } = pane.head;
  const [all, word] = figures;
  return (
    <span
      class="xw-pane-title"
      title={`${pane.title}\n${pane.says}`}
      style={{ height: `${picture.size.value.title}px` }}
    >
      <span>
        {name}
        <span class="xw-sr">
          {warns && `, ${warns.verdict}`}
          {all && ": "}
        </span>
      </span>
      {warns && <SignOf sign={signOf(warns)} />}
      {all && (
        <span class="xw-head-figures">
          <span>{all} </span>
          <i>{word}</i>
        </span>
      )}
      {pane.view === "heat" && !pane.scene.figure && <Legend picture={picture} />}
    </span>
  );
}

/** What the colors of the heat mean: where they are boosted, the last stands for less than 1. */
export function Legend({ picture }: { picture: Picture }) {
  const channel = picture.channel.value;
  const boost = picture.boost.value;
  return (
    <span class="xw-legend" title={`${heatOf(channel)}, on a fixed scale`}>
      {channel !== null && `${CHANNELS[channel]} `}0<i style={{ backgroundImage: gradient() }} />
      {heatEnd(boost)}
    </span>
  );
}
