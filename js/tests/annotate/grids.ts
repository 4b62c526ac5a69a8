import type { Grid } from "../../src/annotate/grid";

/** A grid as it is drawn: # belongs to it. */
export function grid(...lines: string[]): Grid {
  const data = Uint8Array.from([...lines.join("")].map((sign) => Number(sign === "#")));
  return { height: lines.length, width: lines[0]?.length ?? 0, data };
}

export function rows({ height, width, data }: Grid): string[] {
  const line = (y: number) => [...data.subarray(y * width, (y + 1) * width)];
  return Array.from({ length: height }, (_, y) =>
    line(y)
      .map((value) => (value ? "#" : "."))
      .join(""),
  );
}
