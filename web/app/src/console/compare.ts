import { html, nothing, type TemplateResult } from "lit";
import type { Area } from "./regions";
import { t, word } from "./texts";

/** One field, typed and as it was read from each source: `core::review::Beside`. */
export interface Beside {
  field: string;
  typed: string | null;
  read: {
    value: string;
    step: string;
    /** `print`, `zone` or `number`. */
    source: string;
    sure: boolean;
    region: Area;
    /** The first position that differs from what was typed, from 1. */
    differs_at: number | null;
  }[];
}

/** A place on a photo that somebody points at. */
export interface Pointed {
  step: string;
  area: Area;
}

/** Shows typed beside read data; `point` is told which reading somebody looks at. */
export function compare(rows: readonly Beside[], point: (at: Pointed | undefined) => void): TemplateResult {
  return html`<div class="scrolls" tabindex="0" role="region" aria-label=${t("compare.title")}><table class="compare beside">
    <caption class="unseen">${t("compare.title")}</caption>
    <thead><tr><th scope="col">${t("compare.field")}</th><th scope="col">${t("compare.typed")}</th><th scope="col">${t("compare.read")}</th></tr></thead>
    <tbody>${rows.map((row) => one(row, point))}</tbody>
  </table></div>`;
}

function one(row: Beside, point: (at: Pointed | undefined) => void): TemplateResult {
  const first = row.read.map((read) => read.differs_at).filter((at) => at !== null).sort((a, b) => a - b)[0];
  return html`<tr class=${first === undefined ? "" : "differs"}>
    <th scope="row">${word("field", row.field)}</th>
    <td>${row.typed === null ? html`<span class="quiet">${t("compare.not_asked")}</span>` : marked(row.typed, first, row.field)}</td>
    <td>${row.read.length === 0 ? html`<span class="quiet">${t("compare.not_read")}</span>` : nothing}
      ${row.read.map((read) => {
        const at = { step: read.step, area: read.region };
        const located = read.region.width > 0;
        return html`<div class="reading" @mouseenter=${() => located && point(at)} @mouseleave=${() => point(undefined)}>
          ${marked(read.value, read.differs_at ?? undefined, row.field)}
          ${located
            ? html`<button class="source" title=${t("compare.show", { field: word("field", row.field) })} @focus=${() => point(at)} @click=${() => point(at)} @blur=${() => point(undefined)}>${from(read)}<span class="unseen">, ${t("compare.show", { field: word("field", row.field) })}</span></button>`
            : html`<span class="quiet">${from(read)}</span>`}
        </div>`;
      })}</td>
  </tr>`;
}

/** Says where a reading comes from. */
const from = (read: Beside["read"][number]): string =>
  `${word("step", read.step)}${t("comma")}${word("source", read.source)}${read.sure ? "" : `${t("comma")}${t("compare.unsure")}`}`;

/** Marks the character at a position, from 1; behind the end a gap is marked. */
function marked(value: string, at: number | undefined, field: string): TemplateResult {
  // A letter that stands for a word is shown as the word, and differs as a whole.
  if (field === "sex") return html`<span class="value">${at === undefined ? word("sex", value) : html`<mark>${word("sex", value)}</mark>`}</span>`;
  if (at === undefined) return html`<span class="value">${value}</span>`;
  // What looks like one character may be two code units: names of few people, but of people.
  const letters = [...value];
  const n = Math.min(at, letters.length + 1);
  return html`<span class="value">${letters.slice(0, n - 1).join("")}<mark>${letters[n - 1] ?? "\u2423"}</mark>${letters.slice(n).join("")}</span
    ><span class="unseen">${t("compare.differs_at", { n })}</span>`;
}
