/** What is seen of the pictures: while something is hidden, the photo; then the guess beside the evidence. */

import type { Grid } from "../annotate/grid";
import type { Frame } from "../kernel/frame";
import type { Figure, Scene } from "../picture/painting";
import type { Pane } from "../picture/panes";
import { brushedOn, overlapOn } from "./figures";
import type { GuessView } from "./view";
import { whereIs } from "./words";

const bare = { warns: undefined, figures: ["", ""] as const };

/** A picture that stands beside the evidence, and cannot be tested. */
function plain(main: Pane, key: string, name: string, words: string, scene: Scene): Pane {
  const { Title: _, tested: __, ...rest } = main;
  return {
    ...rest,
    ...{
      key,
      title: name,
      head: { ...bare, name },
      view: "evidence",
      says: "",
      over: "",
      words,
      scene,
    },
  };
}

const figures = new WeakMap<object, Figure>();

/** The same for the same pixels, so that what is drawn is not drawn again. */
function known(key: object, make: () => Figure): Figure {
  const found = figures.get(key) ?? make();
  figures.set(key, found);
  return found;
}

function photo({ scene }: Pane, figure?: Figure): Scene {
  const { image, reference, dim } = scene;
  return { image, reference, dim, mask: null, ...(figure && { figure }) };
}

export function panesOf({ guessing, compares, ui }: GuessView, panes: readonly Pane[]) {
  const now = guessing.asked.value;
  const main = panes.find(({ key }) => key === "main");
  if (!now || !main) return panes;
  const { kind } = now.question;
  if (guessing.hides.value) {
    if (kind === "method") return nameless(panes, now.question.panes);
    const region = kind === "region" ? guessing.region.value : null;
    const { image } = main.scene;
    const fits = region?.data.length === image.height * image.width;
    const words = region ? `The photo. ${whereIs(region)}` : "The photo";
    const figure = region && fits ? known(region, () => brushedOn(image, region)) : undefined;
    const only = plain(main, "main", "", words, photo(main, figure));
    return [figure ? only : { ...only, view: "image" as const }];
  }
  const compared = compares.value && ui.layout.value === "single" && kind === "region";
  const [guess, evidence] = [guessing.region.value, guessing.evidence.value];
  if (!compared || !guess || !evidence) return panes;
  return beside(main, panes, guess, evidence);
}

function beside(main: Pane, panes: readonly Pane[], guess: Grid, evidence: Grid): Pane[] {
  const image: Frame = main.scene.image;
  const marked = photo(
    main,
    known(guess, () => brushedOn(image, guess)),
  );
  const both = photo(
    main,
    known(evidence, () => overlapOn(image, guess, evidence)),
  );
  const name = "The network’s evidence";
  return [
    // The line of trust has its sentence from the first picture.
    { ...plain(main, "photo", "Photo", "The photo", photo(main)), view: "image", says: main.says },
    plain(main, "guess", "Your guess", `Your guess. ${whereIs(guess)}`, marked),
    // Its title tells what it is; what it scores stands in its line of trust.
    { ...main, title: name, head: { ...bare, name } },
    plain(
      main,
      "overlap",
      "Both compared",
      `The network’s first pixels. ${whereIs(evidence)}`,
      both,
    ),
    ...panes.filter(({ key }) => key !== "main"),
  ];
}

/** Pictures of several methods, by letters. */
function nameless(panes: readonly Pane[], order: readonly number[]): Pane[] {
  const found = order.flatMap((id) => {
    return panes.filter(({ key }) => key === (id ? `beside-${id}` : "main"));
  });
  return found.map((pane, k) => {
    const name = String.fromCharCode(65 + k);
    const { Title: _, ...rest } = pane;
    const words = `Picture ${name}`;
    return { ...rest, title: name, head: { ...bare, name }, says: "", words };
  });
}
