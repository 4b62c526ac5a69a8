/** What a file holds: what is for this image, what cannot be taken, and what is of other images. */
import type { PreviewRow } from "../../kernel/contract";

/** How the reason begins of a row that is of another image, by kernel and page alike. */
const ELSEWHERE = "it is of another image, ";

export interface SortedRows {
  /** Each with its place in the file: what can be taken, and what is refused for what it is. */
  here: readonly (readonly [PreviewRow, number])[];
  /** How many of those are refused. */
  refused: number;
  /** Of other images: how many, and how many each image has. */
  elsewhere: number;
  images: ReadonlyMap<string, number>;
}

export function sortRows(rows: readonly PreviewRow[]): SortedRows {
  const here: [PreviewRow, number][] = [];
  const images = new Map<string, number>();
  for (const [k, row] of rows.entries()) {
    if (row.reason.startsWith(ELSEWHERE)) {
      const image = row.reason.slice(ELSEWHERE.length);
      images.set(image, (images.get(image) ?? 0) + 1);
    } else here.push([row, k]);
  }
  const refused = here.filter(([{ reason }]) => reason !== "").length;
  return { here, refused, elsewhere: rows.length - here.length, images };
}

/** How a row's image is known to be this one, in plain words. */
export function knownBy(matched: string): string {
  return matched === "digest" ? "same pixels" : matched && `same ${matched}`;
}

/** What becomes of a row, by what is here of it already; see `PreviewRow`. */
const HERE: Record<string, string> = {
  same: "here already",
  later: "here already, changed later: stays as it is",
  earlier: "here already, changed earlier: becomes this",
  deleted: "was deleted: comes back",
  elsewhere: "here already, of another network: stays as it is",
};

export const becomes = (here: string) => HERE[here] ?? "";

/** Whether what is here stays, whatever a person wants of the file. */
export const stays = (here: string) => here === "later" || here === "elsewhere";
