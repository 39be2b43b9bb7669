import { html, svg, type TemplateResult } from "lit";
import { t } from "../texts";

/** A measured point of a model: parts, not percents. */
export interface DetPoint {
  fmr: number;
  fnmr: number;
  /** What the point is named in a policy. */
  name: string;
}

/** The measured points of one model. */
export interface DetCurve {
  model: string;
  production: boolean;
  points: readonly DetPoint[];
}

const WIDE = 440;
const HIGH = 320;
const LEFT = 58;
const RIGHT = 14;
const TOP = 26;
const BOTTOM = 46;
/** Rates that the axes carry, as parts: both are logarithmic, for errors differ by orders of magnitude. */
const FMR = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1] as const;
const FNMR = [1e-3, 1e-2, 1e-1, 1] as const;
/** Lines that are told apart without colours. */
const DASHES = ["", "7 4", "2 4", "10 3 2 3"] as const;

/** Places a rate on an axis. */
function along(rate: number, [first, last]: readonly [number, number], from: number, to: number): number {
  const part = (Math.log10(rate) - Math.log10(first)) / (Math.log10(last) - Math.log10(first));
  return from + Math.min(1, Math.max(0, part)) * (to - from);
}
const x = (fmr: number): number => along(fmr, [FMR[0], FMR[4]], LEFT, WIDE - RIGHT);
const y = (fnmr: number): number => along(fnmr, [FNMR[0], FNMR[3]], HIGH - BOTTOM, TOP);

/** Writes a rate as a part of a hundred. */
export function percent(part: number): string {
  return new Intl.NumberFormat(document.documentElement.lang, { style: "percent", maximumSignificantDigits: 3 }).format(part);
}

/** Draws how false matches trade against false non-matches, for each model, with the points that a policy accepts and reviews at. */
export function det(curves: readonly DetCurve[], policy: { accept: number; review: number }): TemplateResult {
  const label = curves.map((curve) => `${curve.model}: ${curve.points.map((point) => t("det.point", { fmr: percent(point.fmr), fnmr: percent(point.fnmr) })).join(t("comma"))}`).join("; ");
  const upright = (rate: number, text: string) => svg`<line class="det-policy" x1=${x(rate)} x2=${x(rate)} y1=${TOP} y2=${HIGH - BOTTOM}></line><text class="det-text" x=${x(rate)} y=${TOP - 8} text-anchor="middle">${text}</text>`;
  return html`<div class="scrolls det" tabindex="0" role="region" aria-label=${t("det.title")}><svg viewBox="0 0 ${WIDE} ${HIGH}" role="img" aria-label=${label}>
    ${FMR.map((rate) => svg`<line class="axis faint" x1=${x(rate)} x2=${x(rate)} y1=${TOP} y2=${HIGH - BOTTOM}></line><text class="det-text" x=${x(rate)} y=${HIGH - BOTTOM + 16} text-anchor="middle">${percent(rate)}</text>`)}
    ${FNMR.map((rate) => svg`<line class="axis faint" x1=${LEFT} x2=${WIDE - RIGHT} y1=${y(rate)} y2=${y(rate)}></line><text class="det-text" x=${LEFT - 6} y=${y(rate) + 4} text-anchor="end">${percent(rate)}</text>`)}
    <text class="det-text" x=${(LEFT + WIDE - RIGHT) / 2} y=${HIGH - 8} text-anchor="middle">${t("det.fmr")}</text>
    <text class="det-text" transform="translate(13 ${(TOP + HIGH - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${t("det.fnmr")}</text>
    ${policy.accept === policy.review ? upright(policy.accept, t("det.both")) : svg`${upright(policy.accept, t("det.accept"))}${upright(policy.review, t("det.review"))}`}
    ${curves.map((curve, n) => svg`<polyline class="det-line" stroke-dasharray=${DASHES[n % DASHES.length] ?? ""} points=${curve.points.map((point) => `${x(point.fmr)},${y(point.fnmr)}`).join(" ")}></polyline>
      ${curve.points.map((point) => curve.production
        ? svg`<circle class="det-mark" cx=${x(point.fmr)} cy=${y(point.fnmr)} r="4"></circle>`
        : svg`<rect class="det-mark open" x=${x(point.fmr) - 4} y=${y(point.fnmr) - 4} width="8" height="8"></rect>`)}`)}</svg></div>
    <ul class="legend">${curves.map((curve, n) => html`<li><svg class="det-key" viewBox="0 0 34 12" aria-hidden="true"><line class="det-line" x1="0" x2="34" y1="6" y2="6" stroke-dasharray=${DASHES[n % DASHES.length] ?? ""}></line>${curve.production ? svg`<circle class="det-mark" cx="17" cy="6" r="4"></circle>` : svg`<rect class="det-mark open" x="13" y="2" width="8" height="8"></rect>`}</svg>${curve.model}</li>`)}</ul>`;
}
