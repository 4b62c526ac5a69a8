import { useEffect, useRef } from "preact/hooks";
import type { Ui } from "../../panel/ui";
import { VIEWS } from "../../picture/painting";
import type { Help, HelpLines, HelpSection } from "../../picture/tools/tool";
import { viewName } from "../../picture/view_names";
import { capital } from "../../support/figures";

const LEAVE = [["Esc", "leave the picture"]] as const;
const ANYWHERE: HelpLines = [
  [`1 – ${VIEWS.length}`, VIEWS.map((view) => viewName(view, false).toLowerCase()).join(", ")],
  ["C", "all colors, red, green, blue alone"],
  ["B", "boost faint evidence: ×2, ×4, ×8, off"],
  ["P", "play the iterations, or pause"],
  ["?", "this help"],
  ["← →", "on the slider: earlier, later; also Page, Home, End"],
];
/** Where an edit can be scored. */
const UNDO = [["Ctrl+Z, +Shift", "undo, redo an edit"]] as const;

const FIRST: [string, string][] = [
  [
    "The picture",
    "The pixels and colors that the network relies on for the chosen class, on a plain " +
      "background. The caption gives the network’s score of this picture.",
  ],
  [
    "A mask value",
    "One for each pixel and color: 1 shows the photo, 0 the background. “% shown” is their mean, not " +
      "an area. Red 0.80, green 0.10: red counts here, green hardly.",
  ],
  [
    "The figures",
    "For each class, the score of the photo (the mark on the bar), then of that class’s own evidence " +
      "(the bar). Those bars are of different pictures: they do not say which class the network " +
      "prefers. After an edit, all are of the edited picture.",
  ],
];
const THEN: [string, string][] = [
  [
    "The defense",
    "A search can also find noise that only the network takes for the class. " +
      "The defense rules it out: no unit may respond more than to the photo.",
  ],
  [
    "Sparsity λ",
    "The price of each pixel shown. Auto raises it while the mask still does its work; a push " +
      "rewards showing more where the search stalls.",
  ],
  [
    "The checks",
    "After each run the evidence is tested: slightly moved, on new backgrounds, and against a class " +
      "that is not in the photo. One line gives the verdict; open it for each check.",
  ],
  [
    "Testing it",
    "“Only what is shown” has the network score the evidence alone, “Everything else” the photo " +
      "without it. “Edit mask” takes evidence away or brings it back.",
  ],
  [
    "Beside",
    "Puts Grad-CAM and other methods, another model, or the difference to another class beside the " +
      "evidence. Where values have a sign, red speaks for the class and blue against it.",
  ],
  [
    "By area",
    "Shows as many pixels of every picture, those that it ranks first, and has the network score them " +
      "alone. Values of two methods mean different things; equal areas can be compared.",
  ],
  [
    "Measures",
    "The score as pixels go (deletion, ROAD) or come (insertion), the most relevant first. The " +
      "sanity check asks again with random weights: what does not change explains the photo alone.",
  ],
];

/** What the panel shows, in plain words, and the keys; Escape closes it. */
export function HelpDialog({ ui }: { ui: Ui }) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => box.current?.showModal(), []);
  // The browser gives the focus back as it closes.
  const shut = () => box.current?.close();
  const of = (section: HelpSection) => helpOf(ui, section);
  const games = Object.entries(ui.store.words.value.games);
  return (
    <dialog
      ref={box}
      class="xw-help"
      aria-label="Help: what is shown, keys and gestures"
      onClose={() => {
        ui.helping.value = false;
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) shut();
      }}
      onKeyDown={(event) => {
        // The notebook's own Escape would take the focus from the button that opened this.
        if (event.key === "Escape") event.stopPropagation();
      }}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <div tabIndex={0}>
        <button type="button" class="xw-bare" aria-label="Close help" onClick={shut}>
          ✕
        </button>
        <section class="xw-plain">
          <Words words={FIRST} />
          {games.length > 0 && <h4>The games: what is looked for</h4>}
          <Words words={games.map(([name, { summary }]) => [capital(name), summary])} />
          <Words words={THEN} />
        </section>
        <div class="xw-shortcuts">
          <Keys title="While annotating" keys={of("Findings")} />
          <Keys title="On the picture" keys={[...of("On the picture"), ...LEAVE]} />
          <Keys title="In the panel; C, B and P while not annotating" keys={ANYWHERE} />
          <Keys title="With a pointer" keys={of("With a pointer")} />
          {!ui.store.portable.value && <Keys title="Testing" keys={[...of("Testing"), ...UNDO]} />}
        </div>
      </div>
    </dialog>
  );
}

/** What tools and layers have to say of themselves. */
function helpOf({ tools, extensions, layers }: Ui, section: HelpSection): HelpLines {
  const added = extensions.value.flatMap((each) => Object.values(each.tools ?? {}));
  const all: { help?: Help }[] = [...Object.values(tools), ...added, ...layers.value];
  return all.flatMap(({ help }) => help?.[section] ?? []);
}

function Words({ words }: { words: [string, string][] }) {
  return (
    <dl>
      {words.map(([name, sentence]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{sentence}</dd>
        </div>
      ))}
    </dl>
  );
}

function Keys({ title, keys }: { title: string; keys: HelpLines }) {
  if (keys.length === 0) return null;
  return (
    <section>
      <h4>{title}</h4>
      <dl>
        {keys.map(([key, words]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
