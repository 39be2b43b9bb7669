import { html, nothing, type TemplateResult } from "lit";
import type { ChangeOut, TryOut } from "../../schema";
import { codeName, counted, t, word } from "../texts";
import { grid } from "./grid";

/** What another policy would have made of past cases. */
export function tried({ cases, same, changed, erased }: TryOut): TemplateResult {
  const heads = [t("try.verification"), t("try.was"), t("try.would_be"), t("try.was_for"), t("try.would_be_for")];
  const codes = (list: readonly string[]) => (list.length === 0 ? "–" : html`<span class="codes">${list.map((code) => html`<span class="tag" title=${code}>${codeName(code)}</span>`)}</span>`);
  const row = (change: ChangeOut) => html`<tr><th scope="row"><code>${change.verification}</code></th><td>${word("outcome", change.was)}</td>
    <td><strong>${word("outcome", change.would_be)}</strong></td><td>${codes(change.was_codes)}</td><td>${codes(change.codes)}</td></tr>`;
  return html`<section class="plot tried" role="status"><h2>${t("try.title")}</h2>
    <p>${cases === 0 ? t("try.none") : html`${counted("try.n_cases", cases)} ${t("try.same", { n: same })} ${counted("try.n_changed", changed.length)}`}${erased > 0 ? html` ${counted("try.n_erased", erased)}` : nothing}</p>
    ${changed.length > 0 ? html`${counts(changed)}${grid(t("try.title"), heads, changed.map(row), "")}` : nothing}</section>`;
}

/** How many go from which outcome to which: a table of two hundred rows is not read. */
function counts(changed: readonly ChangeOut[]): TemplateResult {
  const ways = new Map<string, number>();
  for (const { was, would_be } of changed) {
    const way = t("try.way", { was: word("outcome", was), would_be: word("outcome", would_be) });
    ways.set(way, (ways.get(way) ?? 0) + 1);
  }
  return html`<ul class="plain-list ways">${[...ways].sort((a, b) => b[1] - a[1]).map(([way, n]) => html`<li>${t("try.count", { n, way })}</li>`)}</ul>`;
}
