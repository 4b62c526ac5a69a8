import type { Setting, SettingValue } from "../kernel/contract";
import type { Store } from "../state/store";
import { capital, lambda } from "../support/figures";
import { Control } from "./control";
import type { Ui } from "./ui";

/** How the next run is made: folded, as it is rarely changed, under a line that says what is set. */
export function Settings({ ui }: { ui: Ui }) {
  const { store, settings } = ui;
  const { fields, note } = store.form.value;
  return (
    <details
      class="xw-settings"
      open={settings.value}
      onToggle={({ currentTarget: { open } }) => {
        // A change of width folds it too, which is no choice of a person's.
        if (open !== settings.value) settings.value = open;
      }}
    >
      <summary>
        <b>Settings</b>
        <span class="xw-inforce" title={inForce(store)}>
          {inForce(store)}
        </span>
        {/* Its room is kept: the line must not jump. */}
        <em data-on={store.changed.value && store.progress.value.run > 0}>for the next run</em>
      </summary>
      <div class="xw-controls">
        {fields.map((setting) => (
          <Control key={setting.name} store={store} setting={setting} />
        ))}
        <small>{note}</small>
      </div>
    </details>
  );
}

/** The settings in a line, as a person would say them; those that run at once come first. */
function inForce({ form, next }: Store): string {
  const ordered = [...form.value.fields].sort((a, b) => Number(b.at_once) - Number(a.at_once));
  return capital(ordered.map((each) => said(each, next.value[each.name])).join(", "));
}

function said(setting: Setting, value: SettingValue | undefined): string {
  if (value === undefined) return "";
  return setting.line.replace("{}", shown(setting, value));
}

function shown(setting: Setting, value: SettingValue): string {
  switch (setting.kind) {
    case "choice":
      return setting.choices.find(({ name }) => name === value)?.said ?? String(value);
    case "weight":
      return value === "auto" ? value : lambda(Number(value));
    case "flag":
      return setting.said[value ? 1 : 0];
    case "number":
      return String(value);
  }
}
