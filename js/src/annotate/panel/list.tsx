import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "./icons";
import { isKey } from "./keys";
import type { Line } from "./lines";
import { stepIn, typedAhead, windowOf } from "./listing";
import { Mark } from "./mark";
import type { View } from "./view";

/** Height of a row, in CSS px; the style sheet has it too. */
const ROW = 40;
/** Height of the list at most, in CSS px. */
const TALLEST = 500;
/** How long letters are taken for one word, in ms. */
const PATIENCE = 700;

/**
 * The findings as a listbox. Of a long one only the rows in sight are drawn; each says which of how
 * many it is.
 */
export function List({ view }: { view: View }) {
  const { ui, annotating, act } = view;
  const box = useRef<HTMLDivElement>(null);
  const scrolled = useSignal(0);
  const typed = useRef({ letters: "", at: 0 });
  const lines = view.lines.value;
  const selected = annotating.selected.value;
  const at = lines.findIndex(({ id }) => id === selected);
  const { first, end } = windowOf(lines.length, ROW, scrolled.value, TALLEST);
  const idOf = (k: number) => `${ui.id}-finding-${lines[k]?.key}`;

  useEffect(() => {
    const list = box.current;
    if (!list || at < 0) return;
    const top = at * ROW;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + ROW > list.scrollTop + list.clientHeight) {
      list.scrollTop = top + ROW - list.clientHeight;
    }
  }, [selected, at]);

  const choose = (k: number) => {
    const line = lines[k];
    if (line) act.select(line.id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? ROW) / ROW) - 1);
    const to = stepIn(event.key, at, lines.length, page);
    if (to !== null) choose(to);
    else if (event.key === "Enter" && !event.shiftKey && at >= 0) act.look();
    else if ([...event.key].length === 1) {
      const going = event.timeStamp - typed.current.at < PATIENCE;
      // Letters that are verdicts and tools are so here too, unless they go on with a word.
      const begins = /[\p{L}\p{N}]/u.test(event.key) && !isKey(view, event) && !event.shiftKey;
      if (!going && !begins) return;
      const letters = `${going ? typed.current.letters : ""}${event.key}`;
      typed.current = { letters, at: event.timeStamp };
      choose(
        typedAhead(
          lines.map(({ name }) => name.replace(/^\u2068/, "")),
          letters,
          at,
        ),
      );
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const drawn = lines.slice(first, end).map((line, k) => ({ line, k: first + k }));
  const chosen = lines[at];
  // What is chosen is there for a screen reader also where it is out of sight.
  if (chosen && (at < first || at >= end)) drawn.push({ line: chosen, k: at });
  return (
    <div
      ref={box}
      class="xw-listed"
      role="listbox"
      aria-label="Findings"
      tabIndex={0}
      aria-activedescendant={at < 0 ? undefined : idOf(at)}
      onKeyDown={onKeyDown}
      onScroll={({ currentTarget: { scrollTop } }) => {
        scrolled.value = Math.floor(scrollTop / ROW) * ROW;
      }}
    >
      <div role="presentation" style={{ height: `${lines.length * ROW}px` }}>
        {drawn.map(({ line, k }) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys
          <div
            key={line.key}
            id={idOf(k)}
            class="xw-finding"
            role="option"
            tabIndex={-1}
            aria-selected={k === at}
            aria-setsize={lines.length}
            aria-posinset={k + 1}
            data-faint={line.hidden || undefined}
            style={{ top: `${k * ROW}px` }}
            title={line.name}
            onClick={() => {
              choose(k);
              box.current?.focus();
            }}
            onDblClick={act.look}
          >
            <Row line={line} />
          </div>
        ))}
      </div>
    </div>
  );
}

/** In the order in which it is read: the name of the line is what it says. */
function Row({ line }: { line: Line }) {
  const { label, labeled, verdict, judged, effect, kind, more, color, hidden } = line;
  const comma = <span class="xw-comma">,</span>;
  return (
    <>
      <Mark verdict={verdict} color={color} />
      <span class="xw-called" dir="auto" data-none={labeled ? undefined : true}>
        {label}
        {comma}
      </span>
      <small>
        {judged}
        {comma}
      </small>
      <span class="xw-measured">
        {effect}
        {more.length > 0 && comma}
      </span>
      <small class="xw-more">
        {kind && (
          <span aria-hidden="true" dir="auto">
            {` · ${kind}`}
          </span>
        )}
        {more.map((each, k) => (
          <span key={each} dir="auto">
            <span aria-hidden="true"> · </span>
            {each}
            {k < more.length - 1 && comma}
          </span>
        ))}
      </small>
      {hidden && <Icon name="hidden" />}
    </>
  );
}
