/**
 * The scripts that the first paint does not wait for: js/src/annotate, findings and help, and
 * js/src/beside, other methods and models. Each is a module of its own that brings no copy of Preact,
 * nor of the larger parts of the panel; it is handed what the panel has.
 */
import { batch, computed, effect, signal, useSignal } from "@preact/signals";
import { Fragment, h } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { shortOf } from "../catalog/sentences";
import { decodeFrame } from "../kernel/frame";
import { inflate, viewOf } from "../kernel/packed";
import { gradient, VIRIDIS } from "../picture/colormap";
import { DARK, LIGHT } from "../picture/paper";
import { SignOf } from "../picture/sign";
import { Legend } from "../picture/titles";
import { nameOf } from "../state/classes";
import { meanOf, radii, thresholded, whereabouts } from "../state/masks";
import type { Store } from "../state/store";
import { capital, percent, score } from "../support/figures";
import { download } from "../support/files";
import { focused, isUndo } from "../support/keys";
import type { Extension } from "./extension";
import { search } from "./search";
import { ToolButton } from "./tool_button";
import { typed } from "./typed";
import type { Ui } from "./ui";

/**
 * What a script gives.
 *
 * @typeParam S what all views of one Inspector share
 */
export interface Script<S = unknown> {
  /** For one Inspector; `store.wire.ended` ends it. */
  createStore(store: Store): S;
  /** For one view; `ui.ended` ends it. */
  createView(ui: Ui, shared: S): Extension<Ui>;
}

/** What the scripts use of others; js/shared gives it there in the usual places. */
export const LIB = {
  ...{ Fragment, h, useEffect, useLayoutEffect, useRef },
  ...{ batch, computed, effect, signal, useSignal },
  ...{ search, ToolButton, typed, download, focused, isUndo },
  ...{ capital, percent, score, decodeFrame, inflate, viewOf },
  ...{ gradient, VIRIDIS, DARK, LIGHT, SignOf, Legend },
  ...{ meanOf, nameOf, radii, shortOf, thresholded, whereabouts },
};

/** @param source the text of the module */
export async function loadScript(source: string): Promise<Script> {
  if (!source) throw new Error("the kernel did not send it");
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    return (await import(/* @vite-ignore */ url)).default(LIB);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Do this once the browser has painted what there is, unless it has `ended` by then. */
export function afterPaint(act: () => void, ended: AbortSignal): void {
  requestAnimationFrame(() => setTimeout(() => ended.aborted || act()));
}
