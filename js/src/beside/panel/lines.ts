import type { Measured, NetMeasures } from "../../kernel/contract";
import type { Shown } from "../view";
import type { View } from "./view";

/** A pane with what is measured of it for the class drawn. */
export interface Line {
  id: number;
  name: string;
  /** How its curves are drawn. */
  line: number;
  measured: Measured | undefined;
  /** Of the net, or of the witness. */
  side: NetMeasures | null;
  /** Undefined for our own evidence. */
  shown: Shown | undefined;
  /** Another model's, whose figures are by itself: with those of our network they do not compare. */
  itself: boolean;
}

/** All that can be measured, ours first. */
export function linesOf(view: View): Line[] {
  const target = view.ui.store.target.value;
  const witness = view.byWitness.value;
  const all = view.beside.measured.value.filter((each) => each.target === target);
  return view.judged.value.map(({ id, name, shown, itself }) => {
    const measured = all.find(({ pane }) => pane === id);
    const { own = null, witness: other = null } = measured?.measures ?? {};
    return {
      ...{ id, name, measured, shown },
      line: view.lines.value.get(id) ?? 0,
      side: witness ? other : own,
      itself: itself && !witness,
    };
  });
}
