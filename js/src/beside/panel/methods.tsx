import type { MethodEntry } from "../../kernel/contract";
import { isOf, offered } from "./entries";
import { Group } from "./group";
import { Item } from "./item";
import type { View } from "./view";

/** The methods that can be put beside, and those that cannot: on this network, or without a library. */
export function Methods({ view }: { view: View }) {
  const { beside } = view;
  const { store } = view.ui;
  const { here, others } = offered(beside.methods.value);
  const disabled = store.offline.value;
  const paneOf = (method: MethodEntry) => beside.panes.value.find((pane) => isOf(method, pane));
  if (here.length + others.length === 0) return null;
  return (
    <Group name="Another method">
      {here.map((method) => {
        const pane = paneOf(method);
        return (
          <Item
            key={method.name}
            words={method.label}
            about={method.about}
            note={method.quick ? "quick" : "slower"}
            checked={pane !== undefined}
            disabled={disabled}
            act={() => (pane ? beside.remove(pane.id) : beside.add(method.name))}
          />
        );
      })}
      {others.map(({ name, label, missing, unfit }) => (
        <Item
          key={name}
          words={label}
          about={unfit ? `Not for this network: ${unfit}` : `Needs a library: ${missing}`}
          disabled={unfit || `In the notebook’s environment: ${missing}`}
          checked={false}
          act={() => {}}
        />
      ))}
    </Group>
  );
}
