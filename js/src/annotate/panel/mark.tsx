import { styleOf } from "../style";

/** The sign of a verdict; on a label's color, where colors tell labels apart. */
export function Mark({ verdict, color }: { verdict: string; color?: string | undefined }) {
  return (
    <i
      class="xw-mark"
      aria-hidden="true"
      data-verdict={verdict}
      data-label={color ? true : undefined}
      style={color ? { "--xw-label": color } : undefined}
    >
      {styleOf({ verdict, label: "" }, "verdict").sign}
    </i>
  );
}
