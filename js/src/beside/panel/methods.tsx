import type { MethodEntry } from "../../kernel/contract";
import { isOf, offered } from "./entries";
import { Group } from "./group";
import { Item } from "./item";
import type { View } from "./view";

/** The methods that can be put beside, and those whose library is missing. */
export function Methods({ view }: { view: View }) {
  const { beside } = view;
  const { store } = view.ui;
  const { here, missing } = offered(beside.methods.value);
  const disabled = store.offline.value;
  const paneOf = (method: MethodEntry) => beside.panes.value.find((pane) => isOf(method, pane));
  if (here.length + missing.length === 0) return null;
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
      {missing.map((method) => (
        <Item
          key={method.name}
          words={method.label}
          about={`Needs a library: ${method.missing}`}
          disabled={`Not installed. In the notebook’s environment: ${method.missing}`}
          checked={false}
          act={() => {}}
        />
      ))}
    </Group>
  );
}
