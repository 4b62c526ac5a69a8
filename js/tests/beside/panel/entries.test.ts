import { expect, test } from "vitest";
import { offered } from "../../../src/beside/panel/entries";

const method = (name: string, quick: boolean, missing = "") => ({
  ...{ name, quick, missing },
  ...{ label: name, about: "" },
});

test("quick methods come first, those without their library last", () => {
  const pip = 'pip install "xwidget[methods]"';
  const { here, missing } = offered([
    method("rise", false),
    method("lime", false, pip),
    method("gradcam", true),
    method("layercam", true, pip),
  ]);
  expect(here.map(({ name }) => name)).toEqual(["gradcam", "rise"]);
  expect(missing.map(({ name }) => name)).toEqual(["lime", "layercam"]);
});
