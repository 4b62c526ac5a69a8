/** Where in the original photo the pixels are that the net sees. */
import type { Wire } from "./wire";

export interface Geometry {
  /** Whether places of the photo can be told, and are other than those of the picture. */
  known(): boolean;
  /** The place of a pixel in words: "photo x 37, y 120"; "" where it is not known. */
  inPhoto(x: number, y: number): string;
}

export function createGeometry({ trait }: Wire): Geometry {
  const geometry = trait("_geometry", {});
  return {
    known: () => Boolean(geometry.value.matrix),
    inPhoto(x, y) {
      const { matrix, size } = geometry.value;
      if (!matrix || !size) return "";
      const [column = -1, row = -1] = [0, 3].map((k) => {
        const [a = 0, b = 0, c = 0] = matrix.slice(k, k + 3);
        return Math.round(a * x + b * y + c);
      });
      const [height = 0, width = 0] = size;
      const inside = column >= 0 && row >= 0 && column < width && row < height;
      return inside ? `photo x ${column}, y ${row}` : "not in the photo: padding";
    },
  };
}
