import { ToolButton } from "../../panel/tool_button";
import { Icon } from "./icons";
import type { View } from "./view";

/** The switch of annotating and the tools: quiet until it is on; any tool that marks turns it on. */
export function ToolsRow({ view }: { view: View }) {
  const { ui, annotating, act } = view;
  const marking = view.marking.tools;
  const on = annotating.on.value;
  const all = Object.entries({ ...marking, ...ui.tools });
  return (
    <span class="xw-marking" data-on={on || undefined}>
      <ToolButton
        name="Annotate"
        title={on ? "Stop annotating (key A)" : "Mark what you see and judge it (key A)"}
        words="Annotate"
        pressed={on}
        act={act.toggle}
      />
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset brings a border and a legend */}
      <span role="group" aria-label="Tools" class="xw-group">
        {all.map(([key, { button }]) => {
          if (!button) return null;
          const { name, title } = button;
          const drawn = key in marking;
          return (
            <ToolButton
              key={key}
              name={name}
              title={drawn ? `${name}. ${title}` : title}
              pressed={ui.chosen.value === key}
              act={() => (drawn ? act.use(key) : ui.use(ui.chosen.peek() === key ? null : key))}
            >
              {drawn && <Icon name={key} />}
              <span>{name}</span>
            </ToolButton>
          );
        })}
      </span>
    </span>
  );
}
