import { svg } from "lit";
import type { TemplateResult } from "lit";
import type { Part } from "./model.js";

// Every drawing is 96 by 72, of lines in the text's colour; what matters in it has the accent's (`class="a"`), what is wrong
// the warning's (`class="w"`).
const draw = (inside: TemplateResult<2>): TemplateResult<2> => svg`<svg viewBox="0 0 96 72" width="96" height="72" focusable="false">${inside}</svg>`;

const CARD = svg`<rect x="14" y="14" width="68" height="44" rx="5"/>`;
const PRINT = svg`<path d="M44 27h28M44 35h22M44 43h26"/>`;
const PORTRAIT = svg`<circle cx="29" cy="31" r="5"/><path d="M20 46c1-7 17-7 18 0"/>`;
const FACE = svg`<path d="M48 12c12 0 17 9 17 20s-7 26-17 26-17-15-17-26 5-20 17-20z"/>`;
const EYES = svg`<path d="M40 33h3M53 33h3M43 48c3 2 7 2 10 0"/>`;
const BODY = svg`<path d="M20 70c3-10 14-12 20-14M76 70c-3-10-14-12-20-14"/>`;

const card = (more: TemplateResult<2>) => draw(svg`${CARD}${PRINT}${PORTRAIT}${more}`);
const face = (more: TemplateResult<2>) => draw(svg`${FACE}${EYES}${more}`);

/** One drawing for each family of remedies. */
const DRAWINGS = {
  glare: () => card(svg`<path class="w" d="M58 20l3 9 9 3-9 3-3 9-3-9-9-3 9-3z"/><path class="a" d="M8 66c20 6 56 6 80-2m-6-4 6 4-3 6"/>`),
  blur: () => draw(svg`<rect x="10" y="12" width="68" height="44" rx="5" opacity=".35"/><rect x="14" y="14" width="68" height="44" rx="5" opacity=".6"/><rect x="18" y="16" width="68" height="44" rx="5" opacity=".35"/><path class="w" d="M44 28c6-3 8 3 14 0s8 3 14 0M44 38c6-3 8 3 14 0s8 3 14 0"/>`),
  dark: () => card(svg`<rect x="14" y="14" width="68" height="44" rx="5" fill="currentColor" opacity=".25"/><circle class="a" cx="82" cy="12" r="5"/><path class="a" d="M82 2v2M92 12h2M89 5l1.5-1.5M89 19l1.5 1.5"/>`),
  bright: () => card(svg`<circle class="w" cx="62" cy="34" r="9"/><path class="w" d="M62 18v4M62 46v4M46 34h4M74 34h4M51 23l3 3M70 42l3 3M73 23l-3 3M54 42l-3 3"/>`),
  shadow: () => card(svg`<path class="w" d="M48 14h29a5 5 0 0 1 5 5v34a5 5 0 0 1-5 5H36z" fill="currentColor" fill-opacity=".2"/>`),
  corners: () => draw(svg`<path d="M40 12H22a5 5 0 0 0-5 5v38a5 5 0 0 0 5 5h62V12z" opacity=".5"/><path class="w" d="M84 8v56"/><path class="a" d="M8 18V8h10M8 54v10h10M66 8h10M76 64H66"/>`),
  covered: () => card(svg`<path class="w" d="M96 56c-8-2-14-8-22-12-4-2-7 2-4 5l8 8-10-1c-5 0-5 6 0 7l12 3" fill="var(--menshen-ground)"/>`),
  small: () => draw(svg`<rect x="36" y="26" width="24" height="16" rx="2"/><path class="a" d="M10 20V10h10M86 20V10H76M10 52v10h10M86 52v10H76"/><path class="w" d="M30 34H16m5-4-5 4 5 4M66 34h14m-5-4 5 4-5 4"/>`),
  none: () => draw(svg`<path class="a" d="M14 24V14h12M82 24V14H70M14 48v10h12M82 48v10H70"/><path class="w" d="M42 31c0-8 12-8 12 0 0 5-6 5-6 10M48 48v1"/>`),
  copy: () => draw(svg`<rect class="w" x="10" y="10" width="56" height="38" rx="3"/><path class="w" d="M28 56h20M38 48v8M14 14l48 30"/><rect x="58" y="34" width="30" height="22" rx="3" fill="var(--menshen-ground)"/><path class="a" d="M64 46l5 5 10-11"/>`),
  side: () => draw(svg`<rect x="10" y="20" width="40" height="28" rx="3"/><rect class="a" x="48" y="28" width="40" height="28" rx="3" fill="var(--menshen-ground)"/><path class="a" d="M54 18c10-8 22-4 24 4m0-7v7h-7"/>`),
  kind: () => draw(svg`<rect x="8" y="22" width="38" height="26" rx="3"/><rect class="a" x="58" y="12" width="28" height="48" rx="3"/><path class="a" d="M65 24h14M65 52h14"/><circle class="a" cx="72" cy="38" r="6"/><path class="w" d="M48 30h8M48 38h8"/>`),
  calendar: () => draw(svg`<rect x="20" y="14" width="56" height="46" rx="5"/><path d="M20 27h56M34 9v10M62 9v10"/><path class="w" d="M38 36l20 16M58 36L38 52"/>`),
  typing: () => draw(svg`<rect x="12" y="20" width="72" height="22" rx="4"/><path d="M20 31h14"/><path class="a" d="M40 25v12"/><path class="w" d="M20 52h52"/>`),
  pose: () => face(svg`<path d="M48 33v7"/><path class="a" d="M8 36h14m-5-5 5 5-5 5M88 36H74m5-5-5 5 5 5"/>`),
  distance: () => draw(svg`<path class="a" stroke-dasharray="4 4" d="M48 6c16 0 22 12 22 26S61 64 48 64 26 50 26 32 32 6 48 6z"/><path d="M48 22c6 0 9 5 9 11s-4 13-9 13-9-7-9-13 3-11 9-11z"/><path class="w" d="M20 18l-9-9m0 7V9h7M76 18l9-9m0 7V9h-7"/>`),
  light: () => face(svg`<path d="M48 12c12 0 17 9 17 20s-7 26-17 26z" fill="currentColor" opacity=".25" stroke="none"/><circle class="a" cx="14" cy="20" r="6"/><path class="a" d="M14 6v3M14 31v3M3 20h2M24 20h4M21 13l2-2M21 27l3 2"/>`),
  glasses: () => face(svg`<g class="w"><rect x="33" y="28" width="12" height="9" rx="4"/><rect x="51" y="28" width="12" height="9" rx="4"/><path d="M45 31h6"/></g><path class="a" d="M78 44V26m-5 6 5-6 5 6"/>`),
  hat: () => face(svg`<path class="w" d="M28 22h40M34 22c0-16 28-16 28 0"/><path class="a" d="M80 30V12m-5 6 5-6 5 6"/>`),
  mask: () => face(svg`<path class="w" d="M33 40c10-4 20-4 30 0 0 8-6 15-15 15s-15-7-15-15zM33 42l-4-6M63 42l4-6" fill="var(--menshen-ground)"/><path class="a" d="M80 34v18m-5-6 5 6 5-6"/>`),
  eyes: () => draw(svg`${FACE}<path class="w" d="M37 34c2 3 6 3 8 0M51 34c2 3 6 3 8 0"/><path d="M43 48c3 2 7 2 10 0"/>`),
  people: () => draw(svg`<circle cx="36" cy="28" r="11"/><path d="M14 64c2-20 42-20 44 0"/><g class="w"><circle cx="68" cy="30" r="9"/><path d="M66 46c12-2 20 6 21 16"/></g>`),
  covering: () => draw(svg`${FACE}${BODY}<g class="w"><path d="M28 21h40M34 21c0-15 28-15 28 0"/><rect x="34" y="27" width="11" height="8" rx="4"/><rect x="51" y="27" width="11" height="8" rx="4"/><path d="M45 30h6M34 42c9-4 19-4 28 0-1 8-6 14-14 14s-13-6-14-14z"/></g>`),
  person: () => draw(svg`<circle cx="48" cy="26" r="11"/><path d="M26 62c2-22 42-22 44 0"/><path class="a" d="M72 14h16v12H80l-5 5v-5h-3z"/>`),
  camera: () => draw(svg`<path d="M20 24h12l5-8h22l5 8h12v34H20z"/><circle cx="48" cy="40" r="10"/><path class="w" d="M14 10l68 54"/>`),
  network: () => draw(svg`<path d="M16 30c18-16 46-16 64 0M26 41c12-11 32-11 44 0M37 51c7-6 15-6 22 0"/><circle cx="48" cy="60" r="2"/><path class="w" d="M18 10l60 54"/>`),
  clock: () => draw(svg`<circle cx="48" cy="36" r="24"/><path class="a" d="M48 20v16l11 7"/>`),
  done: () => draw(svg`<circle class="a" cx="48" cy="36" r="24"/><path class="a" d="M37 37l8 8 15-18"/>`),
  stop: () => draw(svg`<circle class="w" cx="48" cy="36" r="24"/><path class="w" d="M48 22v18M48 49v1"/>`),
  phone: () => draw(svg`<rect x="12" y="14" width="46" height="32" rx="3"/><path d="M26 56h18M35 46v10"/><rect class="a" x="62" y="22" width="22" height="40" rx="4" fill="var(--menshen-ground)"/><path class="a" d="M70 56h6"/>`),
  letter: () => draw(svg`<rect x="16" y="16" width="64" height="42" rx="4"/><path d="M16 20l32 22 32-22"/>`),
  sheet: () => draw(svg`<circle cx="30" cy="24" r="10"/><path d="M10 64c1-20 32-22 38-6"/><rect class="a" x="46" y="26" width="38" height="34" rx="2" fill="var(--menshen-ground)"/><path class="a" d="M53 36h24M53 43h24M53 50h14"/>`),
} satisfies Record<string, () => TemplateResult>;

/** A drawing's name. */
export type Drawing = keyof typeof DRAWINGS;

/** Codes to drawings; what stands here wrong misleads the person, so that a code that is not known has the one that says only "look". */
const FAMILIES: readonly (readonly [RegExp, Drawing])[] = [
  [/glare/, "glare"],
  [/upload/, "network"],
  [/blurred|haze|unreadable$/, "blur"],
  [/^doc_too_dark/, "dark"],
  [/^doc_too_bright|low_contrast/, "bright"],
  [/shadow/, "shadow"],
  [/corners/, "corners"],
  [/^doc_covered/, "covered"],
  [/low_resolution|portrait_small/, "small"],
  [/^doc_not_found/, "none"],
  [/copy_or_screen|source_untrusted/, "copy"],
  [/side_missing|same_side|sides_differ/, "side"],
  [/type_mismatch|type_unsupported|damaged/, "kind"],
  [/expired|expiring|not_yet_valid|date_old/, "calendar"],
  [/number|^name_|dob_|sex_|nationality|form_/, "typing"],
  [/^face_lighting|dark|bright|backlit|one_sided/, "light"],
  [/glasses|^eyes$/, "glasses"],
  [/forehead|hat/, "hat"],
  [/mouth|mask/, "mask"],
  [/^face_covered/, "covering"],
  [/eyes_closed/, "eyes"],
  [/multiple/, "people"],
  [/too_far|too_near|off_centre|cut_off/, "distance"],
  [/pose|action|face_not_found|turned|up_or_down|leaning|selfie_missing|background/, "pose"],
  [/camera|client/, "camera"],
  [/exhausted|cooldown|progress|timeout/, "clock"],
  [/statement/, "sheet"],
  [/contact/, "letter"],
  [/mrz|field_unreadable/, "blur"],
  [/match|compared|checked|inconsistent|edited|hit|search|screening|uncertain|liveness|conflict/, "person"],
];

/** Returns the drawing for a reason: by why it is so, where that is known, or by its code. */
export function drawingOf(code: string, why = ""): TemplateResult {
  const found = FAMILIES.find(([sign]) => why !== "" && sign.test(why)) ?? FAMILIES.find(([sign]) => sign.test(code));
  return DRAWINGS[found?.[1] ?? "stop"]();
}

/** Returns a drawing by its name. */
export const drawn = (name: Drawing): TemplateResult => DRAWINGS[name]();

/** Returns the drawing of a kind of document. */
export function drawKind(kind: string): TemplateResult {
  if (kind !== "passport") return card(svg``);
  return draw(svg`<rect x="26" y="6" width="44" height="60" rx="4"/><circle class="a" cx="48" cy="30" r="10"/><path class="a" d="M38 30h20M48 20c-6 6-6 14 0 20M48 20c6 6 6 14 0 20"/><path d="M36 54h24"/>`);
}

/** Returns the drawing of what is photographed. */
export function drawPart(part: Part, kind: string | undefined): TemplateResult {
  const frame = svg`<path class="a" d="M6 18V6h14M90 18V6H76M6 54v12h14M90 54v12H76"/>`;
  if (part === "selfie") return draw(svg`<path class="a" stroke-dasharray="5 4" d="M48 4c18 0 24 13 24 28S63 68 48 68 24 49 24 32 30 4 48 4z"/>${FACE}${EYES}`);
  if (kind === "passport") return draw(svg`${frame}<rect x="16" y="12" width="64" height="48" rx="3"/>${PORTRAIT}<path d="M44 24h28M44 32h20M22 51h52M22 55h52"/>`);
  if (part === "front") return draw(svg`${frame}${CARD}${PRINT}${PORTRAIT}`);
  return kind === "prc_id_card"
    ? draw(svg`${frame}${CARD}<circle cx="29" cy="27" r="7"/><path d="M42 24h30M42 31h24M24 46h46M24 51h40"/>`)
    : draw(svg`${frame}${CARD}<path d="M22 24h52M22 40h52M22 46h52M22 52h52"/>`);
}
