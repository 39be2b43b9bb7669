import type { Measured } from "./regions";
import { number, word } from "./texts";

/** Returns every figure that was measured, with its name; lists of places are drawn on the pictures instead. */
export function measureRows(measured: Measured): [what: string, value: string][] {
  const rows: [string, string][] = [];
  for (const side of ["front", "back"] as const) {
    const page = measured[side];
    if (page) collect(rows, word("part", side), page.quality);
  }
  const face = measured.selfie?.largest;
  if (face) {
    collect(rows, word("part", "selfie"), face);
    for (const inner of ["pose", "quality"]) collect(rows, word("part", "selfie"), face[inner] as Record<string, unknown> | undefined);
  }
  return rows;
}

function collect(rows: [string, string][], whose: string, values: Record<string, unknown> | undefined): void {
  for (const [name, value] of Object.entries(values ?? {})) {
    const figures = Array.isArray(value) ? value : [value];
    if (figures.length === 0 || !figures.every((figure) => typeof figure === "number")) continue;
    rows.push([`${whose}: ${word("measure", name)}`, figures.map((figure) => number(figure as number, 3)).join(" / ")]);
  }
}
