import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { typed } from "../../panel/typed";
import { stepIn } from "./listing";
import { ENDS, type Parameter, type Proposals, pressOn } from "./proposals";
import type { View } from "./view";
import { share } from "./words";

/** Regions from the evidence, those that hold most of it first, to be gone through with a key each. */
export function Propose({ view }: { view: View }) {
  const { proposals, ui } = view;
  const list = useRef<HTMLDivElement>(null);
  const left = proposals.left.value;
  const at = proposals.at.value;
  const idOf = (k: number) => `${ui.id}-part-${k}`;
  useEffect(() => list.current?.focus(), []);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [at, left.length]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && event.shiftKey) return; // the notebook's: it runs the cell
    const to = stepIn(event.key, at, left.length, 4);
    if (to !== null) proposals.go(to);
    else if (!pressOn(proposals, event.key)) return;
    if (!proposals.on.peek()) ui.refocus();
    event.preventDefault();
    event.stopPropagation();
  };
  const button = (words: string, key: string, act: () => void) => (
    <button
      type="button"
      title={`${words} (${key})`}
      // Not disabled: a button that has the focus would lose it to the page.
      aria-disabled={left.length === 0 || undefined}
      onClick={() => {
        if (left.length > 0) act();
        if (!proposals.on.peek()) ui.refocus();
      }}
    >
      {words}
    </button>
  );
  return (
    <section class="xw-selected" aria-label="Proposed regions">
      <div class="xw-line">
        <b>Proposed from the evidence</b>
        <span class="xw-around">
          <button
            type="button"
            class="xw-small"
            title="Close (Esc)"
            onClick={() => {
              proposals.shut();
              ui.refocus();
            }}
          >
            Close
          </button>
        </span>
      </div>
      <div class="xw-wanted">
        <Figure of={proposals} name="threshold" words="Threshold" />
        <Figure of={proposals} name="share" words="Least share, %" />
        <Figure of={proposals} name="gap" words="Gaps to merge, pixels" />
        <Figure of={proposals} name="most" words="Regions at most" />
      </div>
      <div
        ref={list}
        class="xw-parts"
        role="listbox"
        aria-label="Proposals"
        tabIndex={0}
        aria-activedescendant={left[at] ? idOf(at) : undefined}
        onKeyDown={onKeyDown}
      >
        {left.map((part, k) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys
          <div
            key={part.key}
            id={idOf(k)}
            class="xw-part"
            role="option"
            tabIndex={-1}
            aria-selected={k === at}
            onClick={() => proposals.go(k)}
          >
            {share(part.share)} of the evidence on {share(part.area)} of the image
          </div>
        ))}
      </div>
      {left.length === 0 && <p class="xw-empty">No region is left with these values.</p>}
      <div class="xw-line">
        {button("Accept", "Enter", proposals.accept)}
        {button("Reshape", "E", proposals.reshape)}
        {button("Dismiss", "Del", proposals.dismiss)}
      </div>
    </section>
  );
}

function Figure(props: { of: Proposals; name: Parameter; words: string }) {
  const { of, name, words } = props;
  const draft = useSignal<string | null>(null);
  // A share is read in percents.
  const by = name === "share" ? 100 : 1;
  const { least, most, step } = ENDS[name];
  const ends = { least: by * least, most: by * most };
  const settle = () => {
    const range = { label: words, whole: by * step === 1, ...ends };
    const value = typed(draft.peek() ?? "", range);
    draft.value = null;
    if (typeof value === "number" && value / by !== of.wanted(name)) of.want(name, value / by);
  };
  return (
    <label>
      <span>{words}</span>
      <input
        type="number"
        min={ends.least}
        max={ends.most}
        step={by * step}
        value={draft.value ?? Number((by * of.wanted(name)).toFixed(2))}
        onInput={(event) => {
          draft.value = event.currentTarget.value;
        }}
        onChange={settle}
        onBlur={settle}
      />
    </label>
  );
}
