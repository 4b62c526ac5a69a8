/** The next place of a list that is gone round, or the one before; from none to its first, or its last. */
export function around(at: number, by: number, count: number): number {
  if (at < 0) return by > 0 ? 0 : count - 1;
  return (at + by + count) % count;
}
