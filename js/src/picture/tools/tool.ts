/** What a tool is: it hears where a pointer or the keys' cursor is on a picture, and acts. */
import type { ReadonlySignal } from "@preact/signals";
import type { Pixel } from "../surface";

/** A place on a picture, in image coordinates: pixel (0, 0) reaches from 0 to 1, its middle is 0.5. */
export interface At {
  x: number;
  y: number;
  pixel: Pixel;
  /** Key of the pane. */
  pane: string;
  /** What happened; it says which modifiers were held. */
  event: MouseEvent | KeyboardEvent;
}

export interface PointerAt extends At {
  event: MouseEvent;
  /** The same place in CSS px from the pane's upper left corner. */
  inPane: { x: number; y: number };
  /** 0 for a finger and the first button, 1 for the middle one. */
  button: number;
  /** How far this pointer has moved since it was last heard of, in CSS px. */
  by: { x: number; y: number };
  /** Number of pointers that press, and where the others are, in CSS px from the pane's corner. */
  pressing: number;
  others: readonly { x: number; y: number }[];
  /** Whether the picture has the focus. */
  focused: boolean;
}

/** By the browser's name of the key, or its small letter; false passes the press on. */
export type Keys = Record<string, (at: At) => unknown>;

/** Lines of the help: what a person does, and what it does. */
export type HelpLines = readonly (readonly [act: string, words: string])[];
export type HelpSection = "On the picture" | "With a pointer" | "Testing" | "Findings";
export type Help = Partial<Record<HelpSection, HelpLines>>;

/**
 * Tools are asked in the order of the table. The first that takes a press has the pointer until it is
 * lifted. One that is not `always` at hand is asked while it is chosen.
 */
export interface Tool {
  always?: boolean;
  /** Its button in the group "Tools"; none where another control chooses it. */
  button?: { name: string; title: string };
  /** The pointer's shape while it is chosen, as in CSS. */
  cursor?: string;
  /** Radius of what it touches, in image pixels; the cursor shows it. */
  reach?: ReadonlySignal<number>;
  /** It was chosen, or no longer is. */
  begin?(): void;
  end?(): void;
  /** A press. True takes it. */
  down?(at: PointerAt): boolean;
  /** A press that nobody took has moved. True takes it. */
  drag?(at: PointerAt): boolean;
  /** The pointer that it took has moved, was lifted, or is another gesture's now. */
  move?(at: PointerAt): void;
  up?(at: PointerAt): void;
  cancel?(): void;
  /** A press that nobody took and that did not move, or two of them. True keeps it from the others. */
  click?(at: PointerAt): boolean;
  double?(at: PointerAt): boolean;
  /** True keeps the page from scrolling. */
  wheel?(at: PointerAt, event: WheelEvent): boolean;
  /** A pointer is over a picture, whoever took it; or has left it. */
  hover?(at: PointerAt): void;
  leave?(event: PointerEvent): void;
  /** While the picture has the focus. */
  keys?: Keys;
  help?: Help;
}
