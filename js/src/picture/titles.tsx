import { SignOf } from "../panel/sign";
import { gradient } from "./colormap";
import { heatEnd, heatOf } from "./looks";
import { CHANNELS } from "./painting";
import type { Pane, Ui } from "./ui";

/** A long name is cut, its figures never are. */
export function Title({ ui, pane }: { ui: Ui; pane: Pane }) {
  const { name, doubtful, figures } = pane.head;
  const [all, word] = figures;
  return (
    <span
      class="xw-pane-title"
      title={`${pane.title}\n${pane.says}`}
      style={{ height: `${ui.size.value.title}px` }}
    >
      <span>
        {name}
        <span class="xw-sr">
          {doubtful && ", doubtful"}
          {all && ": "}
        </span>
      </span>
      {doubtful && <SignOf sign="doubtful" />}
      {all && (
        <span class="xw-head-figures">
          <span>{all} </span>
          <i>{word}</i>
        </span>
      )}
      {pane.view === "heat" && <Legend ui={ui} />}
    </span>
  );
}

/** What the colors of the heat mean: where they are boosted, the last stands for less than 1. */
export function Legend({ ui }: { ui: Ui }) {
  const channel = ui.channel.value;
  const boost = ui.boost.value;
  return (
    <span class="xw-legend" title={`${heatOf(channel)}, on a fixed scale`}>
      {channel !== null && `${CHANNELS[channel]} `}0<i style={{ backgroundImage: gradient() }} />
      {heatEnd(boost)}
    </span>
  );
}
