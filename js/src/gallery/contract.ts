/** Made from xwidget/gallery/contract.py by `python -m scripts.contract`. */

import type { Status } from "../kernel/contract";

export type State = "waiting" | "running" | "explained" | "stopped" | "error";

export type Show = "image" | "evidence";

/** One image of a Gallery. */
export interface Item {
  name: string;
  state: State;
  /** The reason, where there is one. */
  error: string;
  /** How much of the run is done, in [0, 1]. */
  share: number;
  /** Up to three classes: name, score, best first; empty until the image was looked at. */
  top: [string, number][];
  /** Of the evidence drawn small, that of the first class; "" until then. */
  verdict: string;
  /** What that evidence is and what its checks say. */
  summary: string;
  /** The first class's name in few words. */
  short?: string;
  /** Number of its findings by verdict, "" for those without one; most first. */
  findings?: [string, number][];
}

/** A page's word on its views, as in the command `views`. */
export interface Said {
  page: number;
  count: number;
  seen: number;
  /** Grows, so that the trait is sent. */
  beat: number;
}

/** The strip's traits. */
export interface StripTraits {
  /** The images, in order. At most 4 times a second. */
  _items: Item[];
  /** Thumbnails of the images, at most 96 px, as `data:` URLs; `""` until there is one. */
  _pictures: string[];
  /** The same of the evidence. */
  _evidence: string[];
  /** The image whose panel is below; −1 before the first. */
  _shown: number;
  /** Of all images. */
  status: Status;
  /** The image to open. */
  opened: number;
  /** Whether only what is opened is explained. */
  paused: boolean;
  /** What thumbnails show. */
  show: Show;
  /** Whether a page shows the strip, which starts the work. */
  _here: boolean;
  /** The images that can be seen, which are explained before the others. */
  _visible: number[];
  /** Without a view of the strip everything in the Gallery rests, see [Views](#views). */
  _views: Partial<Said>;
}
