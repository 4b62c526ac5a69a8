import { expect, test } from "vitest";
import type { FindingRecord } from "../../src/kernel/contract";
import { readOwn, writeOwn } from "../../src/portable/own_format";
import file from "./fixtures/page_findings.json?raw";

const { findings, reviews } = JSON.parse(file) as { findings: FindingRecord[]; reviews: never[] };
const [first] = findings as [FindingRecord];

test("the file that Python is tested with is what a page writes", () => {
  expect(writeOwn(findings, reviews)).toBe(file.trimEnd());
});

test("a page reads it back", () => {
  const { rows } = readOwn(file, { frame: first.frame, base: first.seen });
  expect(rows.map(({ finding }) => finding)).toEqual(findings);
});
