import { expect, test } from "vitest";
import { isolated, shown } from "../../src/support/texts";

test("what nobody sees, or turns what stands beside it, is shown as something that is missing", () => {
  for (const hidden of ["\0", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\u2069", "\ud800"]) {
    expect(shown(`a${hidden}b`)).toBe("a\ufffdb");
    expect(isolated(`a${hidden}b`)).toBe("a\ufffdb");
  }
  expect(shown("tab\tline\nemoji 👍🏽, e\u0301, 猫")).toBe("tab\tline\nemoji 👍🏽, e\u0301, 猫");
});

test("a name from right to left stands apart from the words around it; no other is changed", () => {
  for (const name of ["שלום", "قطة", "cat שלום", "\u{1e900}"]) {
    expect(isolated(name)).toBe(`\u2068${name}\u2069`);
  }
  expect(isolated("watermark é 猫 👍")).toBe("watermark é 猫 👍");
  expect(isolated("")).toBe("");
});
