/** Keeps a pane's canvases as its scene is, one animation frame after it changed. */
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { draw } from "./canvas";
import { lookAt } from "./looks";
import type { Picture } from "./picture";

export interface Canvas {
  current: HTMLCanvasElement | null;
}

/**
 * Draw in the next animation frame, so that of several masks in one only the newest is drawn. The
 * root's data attributes change in the same breath: they always describe the main picture's pixels.
 */
export function useDrawing(picture: Picture, key: string, canvas: Canvas, paper: Canvas): void {
  useEffect(() => {
    let pending = 0;
    let painted: unknown[] = [];
    const { root, store } = picture;
    const paint = () => {
      pending = 0;
      const pane = picture.panes.peek().find((each) => each.key === key);
      if (canvas.current && pane) {
        const { scene, view } = pane;
        const look = lookAt(picture, pane);
        const asked = [scene, view, ...Object.values(look)];
        if (asked.some((each, k) => each !== painted[k])) {
          painted = asked;
          draw(canvas.current, scene, view === "paper" ? "evidence" : view, look);
          if (view === "paper" && paper.current) draw(paper.current, scene, view, look);
        }
      }
      if (key !== "main") return;
      const mask = store.drawn.peek();
      root.dataset.iteration = String(mask?.iteration ?? -1);
      root.dataset.target = String(mask?.target ?? -1);
      root.dataset.status = store.status.peek();
    };
    const stop = effect(() => {
      // Read here what paint() reads later: this is what makes the effect run again.
      const { panes, channel, boost, dark } = picture;
      void [panes.value, store.status.value, channel.value, boost.value, dark.value];
      // A hidden page gets no animation frames; it still has to be right when asked.
      if (document.hidden) {
        cancelAnimationFrame(pending);
        paint();
      } else if (pending === 0) pending = requestAnimationFrame(paint);
    });
    return () => {
      stop();
      cancelAnimationFrame(pending);
    };
  }, []);
}

/**
 * The canvas of the view "paper", laid over the pane's own, which goes on holding the evidence: what
 * reads the panel's canvas reads what the net is shown. Closed, so that it is still the only one.
 */
export function usePaper(frame: { current: HTMLElement | null }): Canvas {
  const paper = useRef<HTMLCanvasElement | null>(null);
  useEffect(() => {
    const host = frame.current?.querySelector(".xw-sheet");
    if (!host) return;
    const canvas = document.createElement("canvas");
    canvas.style.cssText = "display: block; width: 100%; height: 100%";
    host.attachShadow({ mode: "closed" }).append(canvas);
    paper.current = canvas;
  }, []);
  return paper;
}
