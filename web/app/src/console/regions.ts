import type { ReasonOut } from "../schema";
import type { Beside } from "./compare";
import type { Liveness } from "./live";
import { told, word } from "./texts";

/** A rectangle in pixels of the oriented photo. */
export interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** What is drawn over a picture. */
export interface Region {
  /** `found`: what a reason is about; `measured`: all else that was located. */
  layer: "found" | "measured";
  kind: "reason" | "page" | "field" | "face" | "flaw" | "mark";
  area: Area;
  /** The corners, where it is no upright rectangle. */
  corners?: { x: number; y: number }[];
  label: string;
}

/** The part of `measured` that this page reads: the service hands it over as it was measured, without a schema. */
export interface Measured {
  front?: PageMeasures | null;
  back?: PageMeasures | null;
  selfie?: { size: [number, number]; faces: number; largest?: (Located & Record<string, unknown>) | null } | null;
  screening?: { hits: { list: string; entry: string; score: number }[] } | null;
  duplicates?: unknown;
  liveness?: Liveness | null;
}

interface Located {
  box: Area;
}

/** What was measured of one side. */
export interface PageMeasures {
  size: [number, number];
  quad?: { x: number; y: number }[] | null;
  fields: Record<string, Located & { value: string; confidence: number }>;
  mrz?: (Located & { lines: string[] }) | null;
  portrait?: (Located & { eye_distance: number; sharpness: number }) | null;
  quality: { glare_regions: Area[]; shadow_region?: Area | null; covered_regions: Area[] } & Record<string, unknown>;
  traces: { editor?: string | null; inconsistent_region?: Area | null };
}

/** Returns what to draw over the photo of a part. */
export function regionsOf(part: string, measured: Measured, reasons: readonly ReasonOut[], beside: readonly Beside[] = []): Region[] {
  const step = part === "selfie" ? "selfie" : `document_${part}`;
  // Where a reading differs from what was typed, whether or not a reason names the place.
  const differing = beside.flatMap(({ field, read }) =>
    read.filter((one) => one.differs_at !== null && one.step === step && one.region.width > 0).map((one): Region => ({ layer: "found", kind: "reason", area: one.region, label: word("field", field) })));
  const found = reasons.flatMap((reason): Region[] => {
    const { finding } = reason;
    if (!finding?.box || finding.part !== part) return [];
    return [{ layer: "found", kind: "reason", area: finding.box, label: told(finding.text) }];
  });
  return [...(part === "selfie" ? faces(measured) : page(part === "back" ? measured.back : measured.front)), ...differing, ...found];
}

function faces({ selfie }: Measured): Region[] {
  const box = selfie?.largest?.box;
  return box ? [{ layer: "measured", kind: "face", area: box, label: word("region", "face") }] : [];
}

function page(side: PageMeasures | null | undefined): Region[] {
  if (!side) return [];
  const all: Region[] = [];
  const add = (layer: Region["layer"], kind: Region["kind"], area: Area | null | undefined, label: string) => {
    if (area) all.push({ layer, kind, area, label });
  };
  if (side.quad) all.push({ layer: "measured", kind: "page", area: { x: 0, y: 0, width: 0, height: 0 }, corners: side.quad, label: word("region", "page") });
  for (const [field, { box, value }] of Object.entries(side.fields)) add("measured", "field", box, `${word("field", field)}: ${value}`);
  add("measured", "field", side.mrz?.box, word("region", "mrz"));
  add("measured", "face", side.portrait?.box, word("region", "portrait"));
  for (const area of side.quality.glare_regions) add("found", "flaw", area, word("region", "glare"));
  for (const area of side.quality.covered_regions) add("found", "flaw", area, word("region", "covered"));
  add("measured", "flaw", side.quality.shadow_region, word("region", "shadow"));
  add("measured", "flaw", side.traces.inconsistent_region, word("region", "inconsistent"));
  return all;
}

/** Returns the upright rectangle around a document, where one was found. */
export function outline(part: string, measured: Measured): Area | undefined {
  const quad = part === "front" ? measured.front?.quad : part === "back" ? measured.back?.quad : undefined;
  if (!quad) return undefined;
  const [x, y] = [Math.min(...quad.map((corner) => corner.x)), Math.min(...quad.map((corner) => corner.y))];
  return { x, y, width: Math.max(...quad.map((corner) => corner.x)) - x, height: Math.max(...quad.map((corner) => corner.y)) - y };
}

/** Returns the pixels that the regions of a part refer to. */
export function sizeOf(part: string, measured: Measured): [number, number] | undefined {
  const side = part === "selfie" ? measured.selfie : part === "back" ? measured.back : measured.front;
  return side && side.size[0] > 0 ? side.size : undefined;
}
