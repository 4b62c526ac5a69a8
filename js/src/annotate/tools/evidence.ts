/** Marks the connected part of the evidence around a click, as much of it as is shown. */
import type { At, Tool } from "../../picture/tools/tool";
import { score } from "../../support/figures";
import type { Grid } from "../grid";
import { choiceOf, mostAt, partAt } from "../parts";
import { regionOf, sketched } from "../region";
import type { Pen } from "./pen";

export function createEvidence(pen: Pen): Tool {
  const { annotating, ui } = pen;
  const maskOf = (pane: string) => ui.panes.peek().find(({ key }) => key === pane)?.scene.mask;

  function find(at: At): Grid | string {
    const mask = maskOf(at.pane);
    if (!mask) return "There is no evidence yet: it comes with a run.";
    const channel = ui.channel.peek();
    const choice = choiceOf(mask, channel, ui.threshold.peek());
    const reach = pen.reach(at.event);
    const found = partAt(mask, choice, at, reach);
    if (found) return found;
    const most = mostAt(mask, channel, at, reach);
    if (most === 0) return "There is no evidence in this place.";
    const [strongest, least] = [most, choice.least].map((value) => score(value / 255));
    const by = ui.threshold.peek() > 0 ? "threshold" : `${least} that Region takes by itself`;
    const rest = ui.threshold.peek() > 0 ? ` of ${least}` : "";
    // A round value below it.
    const lower = score(Math.floor((most / 255) * 20) / 20 || most / 255);
    return `The strongest evidence in this place is ${strongest}, below the ${by}${rest}: set the threshold, under “Mask”, to ${lower}.`;
  }
  function mark(at: At): boolean {
    annotating.draft.value = null;
    // What a finding is seen on is the class that is drawn: another's evidence is drawn first.
    if (!ui.isEditable(at.pane)) {
      if (ui.layout.peek() !== "classes" || !maskOf(at.pane)) {
        pen.say("Mark evidence in the first picture: the others are of other runs.");
        return true;
      }
      ui.store.choose(Number(at.pane));
      return mark({ ...at, pane: "main" });
    }
    const found = find(at);
    if (typeof found === "string") {
      // A verdict that is pressed next must not be that of the finding before.
      if (pen.modeOf(at.event) === "new") annotating.selected.value = null;
      pen.say(found);
    } else {
      const region = regionOf(found);
      if (region) pen.finish(region, at.event);
    }
    return true;
  }
  return {
    ...pen.whole,
    button: {
      name: "Region",
      title: "Mark evidence: click it, and the connected part is a finding (key R)",
    },
    end() {
      annotating.draft.value = null;
    },
    click: mark,
    hover(at) {
      // What a click would mark.
      const found = at.pressing === 0 ? find(at) : "";
      annotating.draft.value = typeof found === "string" ? null : sketched(found);
    },
    leave() {
      annotating.draft.value = null;
    },
    keys: { Enter: mark, " ": mark },
  };
}
