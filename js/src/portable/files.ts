/** Findings of an exported page go to files, and come from them, in the own format alone. */
import { type CreateFiles, checkSize } from "../annotate/state/files";
import { download } from "../support/files";
import { readFinding, readOwn, writeOwn } from "./own_format";

export const createOwnFiles: CreateFiles = ({ image }, setup, known) => ({
  readFinding(value) {
    const finding = readFinding(value);
    const { height, width } = image.peek() ?? {};
    const [rows, columns] = finding.frame;
    if (rows === height && columns === width) return finding;
    throw new Error(`it is of a picture of ${rows}×${columns} pixels`);
  },
  async readFile(file) {
    checkSize(file);
    const { height = 1, width = 1 } = image.peek() ?? {};
    return readOwn(await file.text(), { frame: [height, width], base: setup.base.peek() });
  },
  async writeFile() {
    download("findings.json", writeOwn(...known()));
    return ["Saved findings.json"];
  },
});
