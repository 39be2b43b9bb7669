/** Moves through a list by the keyboard: returns the id that is so many rows further, or the one that is there where none is. */
export function further(ids: readonly string[], now: string, by: number): string {
  const at = ids.indexOf(now);
  return ids[Math.min(ids.length - 1, Math.max(0, at + by))] ?? now;
}
