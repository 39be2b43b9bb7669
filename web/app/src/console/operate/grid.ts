import { html, type TemplateResult } from "lit";

/** Puts rows into a table that scrolls inside itself where it is too wide; in their place stands a word where there are none. */
export function grid(label: string, heads: readonly string[], rows: readonly TemplateResult[], none: string): TemplateResult {
  if (rows.length === 0) return html`<p class="empty">${none}</p>`;
  return html`<div class="scrolls" tabindex="0" role="region" aria-label=${label}><table class="compare people">
    <thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
}
