/** What a picture is, in one sentence. The words are the kernel's: xwidget/catalog/sentences.py has them. */
import type { Checks, ClassInfo, Variant, Words } from "../kernel/contract";
import type { Frame } from "../kernel/frame";

export const NO_WORDS: Words = { games: {}, said: 0, edited: "", undefended: [], defended: "" };

export interface Fields {
  name: string;
  /** Of what is shown or left, in [0, 1]. */
  score: number;
  /** Of the whole image. */
  image: number;
  /** Whether it is a score of a person's own, and no class. */
  scored?: boolean | undefined;
}

/** A score in two digits, rounded half up as the kernel does. */
export function figure(score: number | null | undefined): string {
  if (score === null || score === undefined || Number.isNaN(score)) return "–";
  return (Math.floor(100 * score + 0.5) / 100).toFixed(2);
}

/** A template with its fields filled; what stands in a name is no field. */
export function filled(template: string, { name, score, image }: Fields): string {
  const values: Record<string, string> = { name, score: figure(score), image: figure(image) };
  return template.replace(/\{(name|score|image)\}/g, (_, field: string) => values[field] ?? "");
}

/** Whether a game shows what is taken away: its score is then that of what is left. */
export function takesAway(words: Words, game: string): boolean {
  return words.games[game]?.keeps === false;
}

/** What a picture of a game is; nothing of a game without words, or of one that nobody scored. */
export function says(words: Words, game: string, fields: Fields): string {
  const rules = words.games[game];
  if (!rules || Number.isNaN(fields.score)) return "";
  const goal = rules.enough * fields.image;
  // A notebook saved earlier has no `said`.
  const done = rules.keeps
    ? fields.score >= goal && !(fields.score < words.said)
    : fields.score <= goal;
  const saying = (fields.scored && rules.says_score) || rules.says;
  return filled(done ? saying : rules.says_short, fields);
}

/** What is drawn, as far as it decides what is said of it. */
export interface Said {
  words: Words;
  game: string;
  info: ClassInfo | undefined;
  mask: Pick<Frame, "iteration" | "score"> | null;
  /** Of the class's last mask, and which iteration that is. */
  checks: Checks | undefined;
  last: number;
  /** A person changed it by hand: the score is that edit's, NaN until it is known. */
  edited?: boolean;
}

export function sentence({ words, game, info, mask, checks, last, edited }: Said): string {
  if (!info || !mask) return "";
  const fields = {
    name: shortOf(info),
    score: mask.score,
    image: info.score,
    scored: info.scored,
  };
  if (edited) return filled(words.edited, fields);
  if (checks?.says && mask.iteration >= last && !Number.isNaN(mask.score)) return checks.says;
  return says(words, game, fields);
}

/** What a class scores in a defended run of the same game, if there is one beside; else nothing. */
export function defended(
  words: Words,
  variants: readonly Variant[],
  game: string,
  info: ClassInfo | undefined,
): string {
  const run = variants.find(
    (each) => each.game === game && !words.undefended.includes(each.defense),
  );
  const score = info && run?.trace[String(info.index)]?.scores.at(-1);
  if (!info || score === undefined || score === null) return "";
  return filled(words.defended, { name: shortOf(info), score, image: info.score });
}

/** The name in few words; notebooks saved earlier have none. */
export function shortOf({ name, short }: Pick<ClassInfo, "name" | "short">): string {
  return short ?? name;
}
