import { expect, test } from "vitest";
import { wrap } from "../../src/picture/still";

test("words go on a new line where they no longer fit; one that never fits stands alone", () => {
  const fits = (text: string) => text.length <= 10;
  expect(wrap("a photo of an incomprehensible cup", fits)).toEqual([
    "a photo of",
    "an",
    "incomprehensible",
    "cup",
  ]);
});
