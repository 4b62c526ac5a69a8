import { expect, test } from "vitest";
import { offered } from "../../../src/beside/panel/entries";

const method = (name: string, quick: boolean, missing = "", unfit = "") => ({
  ...{ name, quick, missing, unfit },
  ...{ label: name, about: "" },
});

test("quick methods come first, those that cannot work last", () => {
  const pip = 'pip install "xwidget[methods]"';
  const { here, others } = offered([
    method("rise", false),
    method("lime", false, pip),
    method("gradcam", true),
    method("layercam", true, pip),
    method("rollout", true, "", "it has no attention"),
  ]);
  expect(here.map(({ name }) => name)).toEqual(["gradcam", "rise"]);
  expect(others.map(({ name }) => name)).toEqual(["lime", "layercam", "rollout"]);
});
