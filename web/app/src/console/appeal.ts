import { html, nothing, type TemplateResult } from "lit";
import type { AppealEvidenceOut, CaseOut } from "../schema";
import { reasonItem } from "./evidence";
import { picture, purposePart, type Pictures } from "./pictures";
import { codeName, t, word } from "./texts";

/** What a person brings with their appeal: the disputed reason, their words, the statement beside what was dictated, pictures. */
export function appealPart(pictures: Pictures, found: CaseOut, appeal: AppealEvidenceOut): TemplateResult {
  const { statement } = appeal;
  const shown = pictures.purpose !== undefined;
  return html`<section class="appeal"><h2>${t("appeal.title")}</h2>
    <dl class="facts">
      <dt>${t("appeal.code")}</dt><dd>${appeal.code ? codeName(appeal.code) : t("appeal.waiting")}</dd>
      <dt>${t("appeal.proof")}</dt><dd>${appeal.proof ? word("proof", appeal.proof) : t("appeal.no_proof")}</dd>
    </dl>
    <h3>${t("appeal.words")}</h3>
    ${appeal.words ? html`<blockquote class="text">${appeal.words}</blockquote>` : html`<p class="quiet">${t("appeal.no_words")}</p>`}
    ${statement ? html`<h3>${t("appeal.statement")}</h3><div class="statement">
        ${shown ? html`<div>${picture(pictures, found, statement, t("appeal.statement"))}</div>` : nothing}
        <div><h4>${t("appeal.dictated")}</h4>
          <div lang="zh-CN" class="lines">${statement.dictated["zh-CN"].map((line) => html`<p>${line}</p>`)}</div>
          <div lang="en" class="lines">${statement.dictated.en.map((line) => html`<p>${line}</p>`)}</div>
          <h4>${t("appeal.read")}</h4>
          ${statement.read.length > 0 ? html`<div class="lines">${statement.read.map((line) => html`<p>${line}</p>`)}</div>` : html`<p class="quiet">${t("appeal.not_read")}</p>`}
          ${statement.reasons.length > 0 ? html`<ul class="reasons">${statement.reasons.map(reasonItem)}</ul>` : html`<p class="good">${t("appeal.text_fits")}</p>`}
        </div></div>` : html`<p class="quiet">${t("appeal.no_statement")}</p>`}
    ${appeal.attachments.length > 0 ? html`<h3>${t("appeal.attachments")}</h3>
        ${shown ? html`<div class="pictures">${appeal.attachments.map((one, n) => html`<div class="half">${picture(pictures, found, one, t("appeal.attachment", { n: n + 1 }))}</div>`)}</div>`
          : found.evidence?.photos.some((photo) => photo.image) ? html`<p class="quiet">${t("purpose.first")}</p>` : purposePart(pictures)}` : nothing}
  </section>`;
}
