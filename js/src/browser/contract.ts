/** Made from xwidget/browser/contract.py by `python -m scripts.contract`. */

export type Show = "evidence" | "image";

/** One row of the store. */
export interface Entry {
  /** Its number, which no other row of the store ever has. */
  row: number;
  /** The image's. */
  name: string;
  /** The target's; "" in the row of an image that failed. */
  target: string;
  /** The true class; "" where it is not known. */
  label: string;
  /** The true class where it is not the target; "" elsewhere. */
  other: string;
  /** The most likely class; "" where it is the true one, or not known. */
  prediction: string;
  /** Of the evidence alone, in [0, 1]. */
  score: number | null;
  /** Of the image, in [0, 1]. */
  image_score: number | null;
  /** Outcome of the checks. */
  verdict: string;
  /** The same in one line. */
  summary: string;
  /** Why the image could not be explained, where that is so. */
  error: string;
  /** Size of its picture in the message's buffer; 0 for none. */
  bytes: number;
  /** Number of its findings by verdict, "" for those without one; most first. */
  findings?: [string, number][];
}

/** The answer to `_wanted`, a message. Its one buffer holds the pictures, WebP, in a row. */
export interface Rows {
  type: "rows";
  listing: number;
  /** The place in the listing of the first. */
  first: number;
  show: Show;
  entries: Entry[];
}

/** The answer to `_mapping`, a message. Its one buffer holds a point for each explanation in a
    cluster, of 12 bytes, little-endian: the row's number (u32), x, y (u16, in 1/65535 of the map, y
    down), the cluster (u16), two bytes of nothing.
     */
export interface ClusterMap {
  type: "map";
}

/** The points of the map that are listed, a message. Its one buffer has a bit for each point,
    the lowest of a byte first.
     */
export interface Listed {
  type: "listed";
  listing: number;
}

/** Rows of a listing that a page has not got yet. */
export interface Wanted {
  /** An older one is not answered. */
  listing: number;
  first: number;
  /** At most 240. */
  count: number;
  show: Show;
  /** Grows, so that the trait is sent. */
  beat: number;
}

/** A choice of what is listed; each part leaves more out. */
export interface Choice {
  /** Name of a preset; "" for none. */
  preset: string;
  /** Index of a class; −1 for all. */
  target: number;
  /** "" for all. */
  verdict: string;
  /** A condition in SQL; "" for none. */
  where: string;
  /** Number of a cluster; −1 for all. */
  cluster: number;
  /** Corners of a polygon on the map, at most 256, in [0, 1]; `[]` for all. */
  lasso: [number, number][];
}

/** The outcome of the last look at the store. */
export interface Refreshed {
  /** `_refresh` as it was. */
  asked: number;
  /** The listing that it made, or left; one stays where it is scrolled to. */
  listing: number;
  /** How many rows came, or why there was no look. */
  words: string;
}

/** A part of the store that can be chosen, and its size as the others are chosen. */
export interface Counted {
  name: string;
  label: string;
  /** What it means, for the pointer. */
  title: string;
  count: number;
  /** Why nothing can be counted; "" where the count says it. */
  note: string;
}

/** The parts of the store. */
export interface Facets {
  presets: Counted[];
  /** Index, name, rows. */
  targets: [number, string, number][];
  verdicts: [string, number][];
}

/** The wall's traits. */
export interface BrowserTraits {
  /** Number of rows in the store. */
  _total: number;
  /** Number of rows in the listing. */
  _count: number;
  /** Number of the listing: it grows with each other choice or order, and the page forgets the rows that it has of the one before. */
  _listing: number;
  /** What can be chosen; `{}` before the first listing. */
  _facets: Partial<Facets>;
  /** The orders that the page offers: name, label. */
  _orders: [string, string][];
  /** The columns that a condition may name: name, meaning. */
  _columns: [string, string][];
  /** Why the condition chosen last is not in force; `""` where it is. */
  _problem: string;
  /** The row whose panel is below; −1 before the first. */
  _shown: number;
  /** The row that was opened last, and its place in the listing; −1 where it is not listed. */
  _place: [number, number];
  /** Name of the image that is opened. */
  _name: string;
  /** Classes of the row that `_shown` says, in words. */
  _classes: string;
  /** Why there is no panel of it; `""` where there is. */
  _words: string;
  /** Number and size of each cluster on the map, and its most frequent target; `[]` where there is no map. */
  _clusters: [number, number, string][];
  /** What has come since. */
  _refreshed: Refreshed;
  /** Grows where rows that the page has are to be asked for anew. */
  _news: number;
  /** The row to open. */
  opened: number;
  /** What is listed. */
  chosen: Choice;
  /** The order of the listing, one of `_orders`, or `own`. */
  order: string;
  /** What thumbnails show. */
  show: Show;
  /** Whether a page shows the wall, which starts the work. */
  _here: boolean;
  /** Grows where the page wants the map; from then on it is told which points are listed. */
  _mapping: number;
  /** Grows where what has been written to the store since is to be taken in. */
  _refresh: number;
  /** What the page wants next; the newest counts. */
  _wanted: Partial<Wanted>;
}

/** Corners that a polygon on the map may have. */
export const CORNERS = 256;

/** The choice of all rows. */
export const ALL: Choice = {"preset": "", "target": -1, "verdict": "", "where": "", "cluster": -1, "lasso": []};
