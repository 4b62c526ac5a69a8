import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Clashes } from "./clash";
import { Icon } from "./icons";
import { List } from "./list";
import { isFiltering } from "./listing";
import { LoadDialog } from "./load";
import { Menu } from "./menu";
import { News, Off, Saved, Written } from "./saved";
import { Sorting } from "./sorting";
import type { View } from "./view";
import { counted } from "./words";

/**
 * The findings of the image: while annotating, wherever there are some, and where the last one has just
 * gone, as undo brings it back.
 */
export function Aside({ view }: { view: View }) {
  const { annotating, findings, order, filter, sorting } = view;
  const file = useSignal<File | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const count = findings.all.value.length;
  const on = annotating.on.value;
  if (!on && count === 0 && annotating.says.value === "") return null;
  const shown = order.value.length;
  const allHidden = annotating.allHidden.value;
  const formats = findings.formats.value;
  const items = [
    { words: "Load findings …", title: "From a file", act: () => field.current?.click() },
    ...(formats.length > 1 ? [{ words: "Export as" }] : []),
    ...formats.map(({ name, label, title }) => ({
      ...{ words: label, title, act: () => view.act.write(name) },
    })),
  ];
  return (
    <section class="xw-kept" aria-label="Findings of this image">
      <div class="xw-line">
        <b>Findings</b>
        <span class="xw-count">{shown < count ? `${shown} of ${count}` : count}</span>
        <span class="xw-group">
          <button
            type="button"
            class="xw-small"
            aria-label={allHidden ? "Show all on the picture" : "Hide all on the picture"}
            title={allHidden ? "Show all on the picture" : "Hide all on the picture"}
            onClick={view.act.hideAll}
          >
            <Icon name={allHidden ? "hidden" : "shown"} />
          </button>
          <button
            type="button"
            class="xw-small"
            aria-label="Filter and sort"
            aria-expanded={sorting.value}
            title="Filter, sort and color"
            data-on={isFiltering(filter.value) || undefined}
            onClick={() => {
              sorting.value = !sorting.value;
            }}
          >
            <Icon name="sort" />
          </button>
        </span>
        <Menu name="Files" items={items} />
      </div>
      {sorting.value && <Sorting view={view} />}
      <Clashes view={view} />
      <List view={view} />
      {shown === 0 && (
        <p class="xw-empty">
          {count > 0
            ? `None of ${counted(count, "finding")} matches. `
            : `${findings.ready.value ? "None yet. " : ""}Choose a tool and mark what you see.`}
        </p>
      )}
      <Off view={view} />
      <Saved view={view} />
      <Written view={view} />
      <News view={view} />
      <input
        ref={field}
        type="file"
        hidden
        aria-label="Load findings"
        onChange={({ currentTarget }) => {
          file.value = currentTarget.files?.[0] ?? null;
          currentTarget.value = "";
        }}
      />
      {file.value && (
        <LoadDialog
          view={view}
          file={file.value}
          shut={() => {
            file.value = null;
          }}
        />
      )}
    </section>
  );
}
