/** Brushes what a person believes: by a pointer, or by the arrow keys. */
import { effect } from "@preact/signals";
import type { Place } from "../annotate/grid";
import type { Pixel } from "../picture/surface";
import type { At, Tool } from "../picture/tools/tool";
import type { GuessView } from "./view";

const middleOf = ({ x, y }: Pixel): Place => [x + 0.5, y + 0.5];

export function createBrush({ ui, guessing }: GuessView): Tool {
  /** Where the pointer, or the keys' brush, was last; null while it is up. */
  let from: Place | null = null;
  let byKeys = false;

  function to(place: Place): void {
    guessing.draw(from ?? place, place);
    from = place;
  }
  function lift(): void {
    from = null;
    byKeys = false;
    guessing.lift();
  }
  const stop = effect(() => {
    const cursor = ui.cursor.value;
    if (byKeys && from && cursor?.by === "keys") to(middleOf(cursor));
  });
  ui.ended.addEventListener("abort", stop);

  const dab = ({ pixel }: At) => {
    if (byKeys) return lift();
    to(middleOf(pixel));
    lift();
  };
  return {
    reach: guessing.radius,
    cursor: "crosshair",
    end: lift,
    down(at) {
      if (at.button !== 0) return false;
      lift();
      to([at.x, at.y]);
      return true;
    },
    move: (at) => to([at.x, at.y]),
    up: lift,
    cancel() {
      from = null;
      guessing.cancel();
    },
    double: () => true,
    keys: {
      " ": dab,
      Enter(at) {
        if (byKeys) return lift();
        to(middleOf(at.pixel));
        byKeys = true;
      },
      Escape() {
        if (!byKeys) return false;
        lift();
      },
      e() {
        guessing.erases.value = !guessing.erases.peek();
      },
      "[": () => {
        guessing.radius.value = guessing.radius.peek() - 1;
      },
      "]": () => {
        guessing.radius.value = guessing.radius.peek() + 1;
      },
    },
  };
}
