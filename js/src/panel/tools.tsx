import type { Tool } from "../picture/tools/tool";
import { placesOf } from "./extension";
import { ToolButton } from "./tool_button";
import type { Ui } from "./ui";

/** Buttons of the tools that have one; a second press puts the tool away. */
export function Tools({ ui }: { ui: Ui }) {
  const { tools, chosen } = ui;
  const added = ui.extensions.value;
  const [Added] = placesOf(added, "Tools");
  if (Added) return <Added ui={ui} />;
  const all: [string, Tool][] = Object.entries(
    Object.assign({}, tools, ...placesOf(added, "tools")),
  );
  const shown = all.flatMap(([key, { button }]) => (button ? [{ key, ...button }] : []));
  if (shown.length === 0) return null;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a border and a legend
    <span role="group" aria-label="Tools" class="xw-group">
      {shown.map(({ key, name, title }) => (
        <ToolButton
          key={key}
          name={name}
          title={title}
          words={name}
          pressed={chosen.value === key}
          act={() => ui.use(chosen.value === key ? null : key)}
        />
      ))}
    </span>
  );
}
