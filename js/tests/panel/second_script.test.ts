/// <reference types="vite/client" />
import { expect, test } from "vitest";
import { LIB } from "../../src/panel/second_script";

const shims = import.meta.glob<string>("../../shared/*.mjs", {
  ...{ query: "?raw", import: "default", eager: true },
});

test("the second script is handed what its bundle expects, and no more", () => {
  const names = Object.values(shims).flatMap((text) => {
    const [, list = ""] = /export const \{(.*)\} = lib;/.exec(text) ?? [];
    return list.split(",").map((name) => name.trim());
  });
  expect(names.sort()).toEqual(Object.keys(LIB).sort());
});
