import { shown } from "../../support/texts";
import { Sample } from "./sample";
import type { View } from "./view";

/** A pane in a table or below a chart: how its line is drawn, its name, and whose figures it has. */
export function Named(props: { name: string; line: number; itself: boolean }) {
  const name = shown(props.name);
  return (
    <>
      <Sample line={props.line} />
      <span dir="auto" title={name}>
        {name}
      </span>
      {props.itself && (
        <i class="xw-aside" title="Scored by this model, not by our network">
          {" "}
          by itself
        </i>
      )}
    </>
  );
}

/** A row that brings out the line of its pane while it is pointed at. */
export function pointing({ pointed }: View, id: number) {
  return {
    "data-ours": id === 0 || undefined,
    onPointerEnter: () => {
      pointed.value = id;
    },
    onPointerLeave: () => {
      pointed.value = null;
    },
  };
}
