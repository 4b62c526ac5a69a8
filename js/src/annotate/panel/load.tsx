import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { PreviewRow } from "../../kernel/contract";
import { isolated, shown } from "../../support/texts";
import type { Preview } from "../state/files";
import { becomes, knownBy, type SortedRows, sortRows, stays } from "./sorted_rows";
import type { View } from "./view";
import { counted, extentOf, nameOf } from "./words";

/** Rows of a preview that are drawn; all of them can be taken. */
const DRAWN = 200;

/** What a file holds, before any of it is taken: what fits this image, and why the rest does not. */
export function LoadDialog({ view, file, shut }: { view: View; file: File; shut(): void }) {
  const { findings } = view;
  const box = useRef<HTMLDialogElement>(null);
  const preview = useSignal<Preview | string | null>(null);
  const left = useSignal<ReadonlySet<number>>(new Set());
  useEffect(() => {
    let gone = false;
    box.current?.showModal();
    findings.readFile(file).then(
      (read) => {
        if (gone) return;
        preview.value = read;
        // What is here already is not taken twice, unless a person wants it.
        const known = read.rows.flatMap((row, k) => {
          const here = findings.hereOf(row);
          return here === "same" || stays(here) ? [k] : [];
        });
        left.value = new Set(known);
      },
      (error: unknown) => {
        if (!gone) preview.value = error instanceof Error ? error.message : String(error);
      },
    );
    return () => {
      gone = true;
    };
  }, []);

  const read = preview.value;
  const rows = read && typeof read !== "string" ? read.rows : [];
  const taken = rows.filter(({ finding, reason }, k) => finding && !reason && !left.value.has(k));
  const { here, refused, elsewhere, images } = sortRows(rows);
  const leave = (k: number) => {
    const next = new Set(left.value);
    if (!next.delete(k)) next.add(k);
    left.value = next;
  };
  return (
    <dialog
      ref={box}
      class="xw-help xw-load"
      aria-label={`Load findings from ${isolated(file.name)}`}
      onClose={shut}
      onKeyDown={(event) => {
        // No key reaches the findings behind it, nor the notebook.
        event.stopPropagation();
      }}
    >
      <div>
        <h4 dir="auto">Findings in {isolated(file.name)}</h4>
        {read === null && (
          <p role="status">
            {findings.ready.value
              ? "Reading …"
              : "The panel is still starting. The file is read as soon as it is ready."}
          </p>
        )}
        {typeof read === "string" && (
          <p role="alert" class="xw-wrong">
            {shown(read)}
          </p>
        )}
        {read && typeof read !== "string" && (
          <>
            <p role="status">
              {counted(here.length - refused, "finding")} for this image
              {refused > 0 && `, ${refused} refused`}.
            </p>
            {read.notes.map((note, k) => (
              <p key={k} class="xw-note" dir="auto">
                {shown(note)}
              </p>
            ))}
            {here.length > 0 && <Rows view={view} here={here} left={left.value} leave={leave} />}
            {elsewhere > 0 && (
              <details class="xw-note">
                <summary>{elsewhere.toLocaleString("en")} of other images</summary>
                <ul class="xw-rows" dir="auto">
                  {[...images].slice(0, DRAWN).map(([image, count]) => (
                    <li key={image}>
                      {isolated(image)}: {count}
                    </li>
                  ))}
                </ul>
              </details>
            )}
            {elsewhere > 0 && !view.ui.store.portable.value && (
              <p class="xw-note">
                All at once, from Python: <code>g.findings.load({JSON.stringify(file.name)})</code>,
                where g is a Gallery of these images.
              </p>
            )}
          </>
        )}
        <p class="xw-line xw-ends">
          <button type="button" onClick={() => box.current?.close()}>
            {read === null || taken.length > 0 ? "Cancel" : "Close"}
          </button>
          {/* There from the start, so that nothing moves under the pointer. */}
          <button
            type="button"
            class="xw-primary"
            disabled={taken.length === 0}
            onClick={() => {
              view.act.take(taken);
              box.current?.close();
            }}
          >
            Add {taken.length > 0 ? counted(taken.length, "finding") : "findings"}
          </button>
        </p>
      </div>
    </dialog>
  );
}

function Rows(props: {
  view: View;
  here: SortedRows["here"];
  left: ReadonlySet<number>;
  leave(k: number): void;
}) {
  const { view, here, left, leave } = props;
  const more = here.length - DRAWN;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <div class="xw-rows" tabIndex={0}>
      <table aria-label="What the file holds">
        <thead>
          <tr>
            <th scope="col">Add</th>
            <th scope="col">Finding</th>
            <th scope="col">Verdict</th>
            <th scope="col">Image</th>
          </tr>
        </thead>
        <tbody>
          {here.slice(0, DRAWN).map(([row, k]) => (
            <RowLine
              key={k}
              row={row}
              here={view.findings.hereOf(row)}
              isLeft={left.has(k)}
              leave={() => leave(k)}
            />
          ))}
        </tbody>
      </table>
      {more > 0 && <p class="xw-note">… and {counted(more, "more", "more")}</p>}
    </div>
  );
}

function RowLine(props: { row: PreviewRow; here: string; isLeft: boolean; leave(): void }) {
  const { row, here, isLeft, leave } = props;
  const { finding, matched, reason } = row;
  const cannot = finding === null || reason !== "" || stays(here);
  const known = shown(reason) || knownBy(matched) || "–";
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          aria-label={`Add ${finding ? nameOf(finding) : "this one"}`}
          checked={!cannot && !isLeft}
          disabled={cannot}
          onChange={leave}
        />
      </td>
      <td dir="auto">
        {finding ? nameOf(finding) : "–"}
        {finding && !finding.label && <small> · {extentOf(finding)}</small>}
      </td>
      <td>{finding?.verdict || "–"}</td>
      <td class={reason ? "xw-wrong" : undefined}>
        {[known, finding && !reason && becomes(here)].filter(Boolean).join(", ")}
      </td>
    </tr>
  );
}
