/** Checks of the classes in the scene. */
import type { Check, Checked } from "../src/kernel/contract";

const check = (name: string, passed: boolean | null, words: string, details = {}): Check => ({
  ...{ name, passed, words, details },
  value: passed === null ? 0.082 : 0.97,
});
/** One of each verdict. */
export const CHECKS: Checked = {
  967: {
    verdict: "holds",
    sign: "holds",
    summary: "Holds: moved a little, and on backgrounds it never saw, it keeps 97% of its score.",
    items: [
      check("score", true, "It scores 0.930, the image 0.951."),
      check("small moves", true, "Moved by a pixel or so it keeps 97% of what the image keeps.", {
        ...{ "shift 1": 0.9812, "shift 3": 0.9034, "zoom 1.1": 1.02, blur: 0.871, flip: 0.953 },
      }),
      check(
        "unseen backgrounds",
        true,
        "On eight backgrounds it never saw it scores 0.88 or more.",
      ),
      check("share shown", null, "8.2% of the image is shown."),
    ],
  },
  969: {
    verdict: "no evidence",
    sign: "none",
    summary:
      "No evidence: the network hardly sees the class in the image itself; tried for 200 steps.",
    says: "Nothing in the photo makes the network say eggnog on its own: all of it scores 0.01.",
    items: [check("score", null, "It scores 0.040, the image 0.011.")],
  },
  504: {
    verdict: "doubtful",
    sign: "doubtful",
    summary:
      "Doubtful: moved by a pixel or so it keeps 12% of what the image keeps, so that " +
      "it may be a pattern that only this network sees.",
    items: [
      check("score", true, "It scores 0.310, the image 0.009."),
      {
        ...check(
          "small moves",
          false,
          "Moved by a pixel or so it keeps 12% of what the image keeps.",
          {
            ...{ "shift 1": 0.1234, "shift 3": 0.00004, "zoom 1.1": 0.31, blur: null },
          },
        ),
        value: 0.12,
      },
      check("control", true, "The least likely class, searched for alike, reaches 0.0011."),
    ],
  },
};
