/// <reference types="vite/client" />
import { describe, expect, test } from "vitest";

/** The rooms of the page, and the rooms that each may import from; index.ts and inspector.ts are each a room of their own. */
const ROOMS: Record<string, readonly string[]> = {
  support: [],
  kernel: [],
  catalog: ["kernel"],
  state: ["support", "kernel", "catalog"],
  picture: ["support", "kernel", "catalog", "state"],
  panel: ["support", "kernel", "catalog", "state", "picture"],
  annotate: ["support", "kernel", "catalog", "state", "picture", "panel"],
  beside: ["support", "kernel", "catalog", "state", "picture", "panel"],
  // Grids of pixels and their run lengths are those of findings.
  guess: ["support", "kernel", "catalog", "state", "picture", "panel", "annotate"],
  inspector: ["support", "kernel", "state", "panel"],
  index: ["state", "panel", "inspector"],
  portable: [
    ...["support", "kernel", "catalog", "state", "picture", "panel"],
    ...["annotate", "beside", "inspector"],
  ],
  gallery: ["support", "kernel"],
  browser: ["support", "kernel"],
  lessons: ["support", "kernel"],
  handout: ["support", "kernel", "lessons", "portable"],
};

type Imports = Map<string, readonly string[]>;

const sources = import.meta.glob<string>("../src/**/*.{ts,tsx}", {
  ...{ query: "?raw", import: "default", eager: true },
});

function readAll(): Imports {
  const names = new Map(
    Object.keys(sources).map((path) => [path.replace(/\.tsx?$/, ""), path.slice("../src/".length)]),
  );
  const imports = Object.entries(sources).map(([path, text]) => {
    // But for a style sheet, which is a text.
    const found = [...text.matchAll(/(?:from|import) "(\.[^"]+(?<!\.css))"/g)].map(
      ([, to = ""]) => {
        const address = new URL(to, `x://x/${path.slice("../".length)}`).pathname;
        return names.get(`..${address}`) ?? `${to} is no file`;
      },
    );
    return [path.slice("../src/".length), found] as const;
  });
  return new Map(imports);
}

const roomOf = (file: string) =>
  file.includes("/") ? file.slice(0, file.indexOf("/")) : file.replace(/\.tsx?$/, "");

/** Every import of a room that may not be imported from there. */
function breaches(imports: Imports): string[] {
  return [...imports].flatMap(([file, to]) => {
    const room = roomOf(file);
    const allowed = [room, ...(ROOMS[room] ?? [])];
    return to.filter((other) => !allowed.includes(roomOf(other))).map((o) => `${file} → ${o}`);
  });
}

/** A circle of imports, types included; empty where there is none. */
function circle(imports: Imports): string[] {
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): string[] => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const next of imports.get(file) ?? []) {
      const found = walk(next, [...way, file]);
      if (found.length > 0) return found;
    }
    done.add(file);
    return [];
  };
  for (const file of imports.keys()) {
    const found = walk(file, []);
    if (found.length > 0) return found;
  }
  return [];
}

describe("the page's modules", () => {
  const imports = readAll();

  test("are all read, and import only each other", () => {
    expect(imports.size).toBeGreaterThan(80);
    expect(imports.get("picture/gestures.ts")).toContain("picture/tools/tool.ts");
    expect([...imports.values()].flat().filter((to) => !imports.has(to))).toEqual([]);
  });

  test("import only from the rooms below their own", () => {
    expect(breaches(imports)).toEqual([]);
  });

  test("import each other in no circle", () => {
    expect(circle(imports)).toEqual([]);
  });

  test("know no tool and no layer by name where presses and pictures are handled", () => {
    for (const file of ["gestures.ts", "pane.tsx", "picture.ts", "surface.ts"]) {
      const known = imports.get(`picture/${file}`)?.filter((to) => /\/(tools|layers)\//.test(to));
      expect(known?.filter((to) => !/\/(table|tool|layer)\.ts$/.test(to))).toEqual([]);
    }
  });
});

describe("a breach is found", () => {
  test.each([
    ["kernel/link.ts", "state/store.ts"],
    ["picture/pane.tsx", "panel/ui.ts"],
    ["state/store.ts", "picture/picture.ts"],
    ["gallery/gallery.ts", "panel/panel.tsx"],
    ["attic/new.ts", "kernel/link.ts"],
    ["index.ts", "annotate/index.ts"],
    ["panel/panel.tsx", "annotate/index.ts"],
  ])("from %s to %s", (from, to) => {
    expect(breaches(new Map([[from, [to]]]))).toEqual([`${from} → ${to}`]);
  });

  test("in a circle, also a long one", () => {
    const long: Imports = new Map([
      ["a.ts", ["b.ts", "d.ts"]],
      ["b.ts", ["d.ts", "c.ts"]],
      ["c.ts", ["a.ts"]],
      ["d.ts", []],
    ]);
    expect(circle(long)).toEqual(["a.ts", "b.ts", "c.ts", "a.ts"]);
    expect(circle(new Map([["a.ts", ["b.ts"]]]))).toEqual([]);
  });
});
