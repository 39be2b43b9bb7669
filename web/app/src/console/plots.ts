import { html, svg, type TemplateResult } from "lit";
import { number, t } from "./texts";

/** A table beside a plot: the same figures, for whoever does not see it. */
export interface Figures {
  head: string[];
  rows: (string | number)[][];
}

/** Puts a plot and its figures together. */
export function plot(title: string, drawn: TemplateResult, { head, rows }: Figures): TemplateResult {
  const cell = (value: string | number, at: number) => {
    const text = typeof value === "number" ? number(value) : value;
    return at === 0 ? html`<th scope="row">${text}</th>` : html`<td>${text}</td>`;
  };
  return html`<section class="plot"><h2>${title}</h2>${drawn}
    <details><summary>${t("statistics.table")}</summary><div class="scrolls" tabindex="0" role="region" aria-label=${title}><table class="compare">
      <thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr>${row.map(cell)}</tr>`)}</tbody></table></div></details></section>`;
}

/** A name with one bar for each week. */
export interface Row {
  name: string;
  values: number[];
}

const TALL = 28;
const GAP = 0.25;

/** Draws a row of small bars for each name, all on one scale: what rises and falls is seen without telling colours apart. */
export function bars(rows: readonly Row[], describe: (row: Row) => string): TemplateResult {
  const most = Math.max(1, ...rows.flatMap((row) => row.values));
  return html`<div class="bars">${rows.map((row) => html`<div class="bar-row"><span class="bar-name">${row.name}</span>
    <svg class="spark" viewBox="0 0 ${row.values.length} ${TALL}" preserveAspectRatio="none" role="img" aria-label=${describe(row)}>
      <line class="axis" x1="0" x2=${row.values.length} y1=${TALL - 0.5} y2=${TALL - 0.5}></line>
      ${row.values.map((value, at) => {
        const height = (value / most) * (TALL - 2);
        return svg`<rect class="bar" x=${at + GAP / 2} y=${TALL - height} width=${1 - GAP} height=${height}></rect>`;
      })}
    </svg><span class="bar-sum">${number(row.values.reduce((sum, value) => sum + value, 0))}</span></div>`)}</div>`;
}

/** How submissions of one sort ended. */
export interface Share {
  name: string;
  total: number;
  /** Approved, given back, refused, with people still. */
  parts: [approved: number, again: number, refused: number, open: number];
}
const PARTS = ["approved", "again", "refused", "waiting"] as const;

/** Draws how submissions ended, as parts of a whole, with the pass rate in words. */
export function shares(rows: readonly Share[], words: Record<(typeof PARTS)[number], string>, describe: (row: Share) => string): TemplateResult {
  return html`<ul class="legend">${PARTS.map((part) => html`<li><svg viewBox="0 0 12 12" aria-hidden="true"><rect class="part ${part}" width="12" height="12"></rect></svg>${words[part]}</li>`)}</ul>
    <div class="bars">${rows.map((row) => {
      let at = 0;
      return html`<div class="bar-row"><span class="bar-name">${row.name}</span>
        <svg class="share" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label=${describe(row)}>${row.parts.map((part, n) => {
          const width = row.total > 0 ? (part / row.total) * 100 : 0;
          const drawn = svg`<rect class="part ${PARTS[n] ?? ""}" x=${at} y="0" width=${width} height="10"></rect>`;
          at += width;
          return drawn;
        })}</svg><span class="bar-sum">${describe(row)}</span></div>`;
    })}</div>`;
}

/** From the median to the slow end of one week; none where nothing was decided. */
export type Range = { half: number; most: number } | null;

const WIDE = 600;
const HIGH = 120;

/** Draws a bar from the median to the 90th percentile for each week, on a scale of its own. */
export function ranges(values: readonly Range[], labels: { first: string; last: string; most: (n: number) => string; all: string }): TemplateResult {
  const most = Math.max(1e-9, ...values.map((value) => value?.most ?? 0));
  const step = WIDE / Math.max(1, values.length);
  const y = (value: number) => HIGH - (value / most) * (HIGH - 6);
  return html`<div class="range"><span class="quiet">${labels.most(most)}</span>
    <svg viewBox="0 0 ${WIDE} ${HIGH}" preserveAspectRatio="none" role="img" aria-label=${labels.all}>
      <line class="axis" x1="0" x2=${WIDE} y1=${HIGH - 0.5} y2=${HIGH - 0.5}></line><line class="axis faint" x1="0" x2=${WIDE} y1="6" y2="6"></line>
      ${values.map((value, at) => value === null ? svg`` : svg`<rect class="span" x=${(at + 0.3) * step} y=${y(value.most)} width=${step * 0.4} height=${Math.max(1, y(value.half) - y(value.most))}></rect>
        <rect class="bar" x=${(at + 0.2) * step} y=${y(value.half) - 1.5} width=${step * 0.6} height="3"></rect>`)}
    </svg>
    <span class="line quiet"><span>${labels.first}</span><span class="grow"></span><span>${labels.last}</span></span></div>`;
}
