/// <reference types="vite/client" />
import { expect, test } from "vitest";
import { LIB } from "../../src/panel/scripts";

const shims = import.meta.glob<string>("../../shared/*.mjs", {
  ...{ query: "?raw", import: "default", eager: true },
});

test("the scripts are handed what their bundles expect, and no more", () => {
  const names = Object.values(shims).flatMap((text) => {
    const lists = [...text.matchAll(/export const \{(.*)\} = lib;/g)];
    return lists.flatMap(([, list = ""]) => list.split(",").map((name) => name.trim()));
  });
  expect(names.sort()).toEqual(Object.keys(LIB).sort());
});
