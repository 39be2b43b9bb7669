import { html, nothing, type TemplateResult } from "lit";
import type { CaseOut, EvidenceOut, ReasonOut, VerificationOut } from "../schema";
import { api, body } from "./api";
import { measureRows } from "./measures";
import "./note";
import type { Measured } from "./regions";
import { link } from "./route";
import { may } from "./session";
import { codeName, counted, number, t, told, word } from "./texts";
import { moment } from "./time";

/** What the machine found, worst first as the service orders it, with the figures. */
export function reasonsPart({ reasons, decided_at: at }: EvidenceOut): TemplateResult {
  return html`<section><h2>${t("reasons.title")}</h2>
    ${reasons.length === 0 ? html`<p class="quiet">${t("reasons.none")}</p>` : html`<ul class="reasons">${reasons.map(reasonItem)}</ul>`}
    <p class="quiet">${t("reasons.at", { at: moment(at) })}</p></section>`;
}

/** One finding in the operator's words. */
export function reasonItem(reason: ReasonOut): TemplateResult {
  const code = reason.finding?.code ?? reason.code ?? "";
  return html`<li><strong>${codeName(code)}</strong> <span class="quiet">${word("step", reason.step)}</span>
    <p>${reason.finding ? told(reason.finding.text) : told(reason.title)}</p></li>`;
}

/** The comparison of portrait and selfie. */
export function facesPart({ faces }: EvidenceOut): TemplateResult {
  if (!faces) return html`<section><h2>${t("faces.title")}</h2><p class="quiet">${t("faces.none")}</p></section>`;
  const from = faces.accepted_from;
  return html`<section><h2>${t("faces.title")}</h2>
    <p>${t("faces.score", { score: number(faces.score, 3), model: faces.model })}
      ${typeof from === "number" ? html`<span class=${faces.score >= from ? "good" : "late"}>${t(faces.score >= from ? "faces.above" : "faces.below", { from: number(from, 3) })}</span>` : html`<span class="quiet">${t("faces.uncalibrated")}</span>`}</p>
  </section>`;
}

/** The duplicates as they were measured: accounts and entries of the blocklist. */
interface Alike {
  document?: string[];
  identity?: string[];
  blocked?: string[];
  face?: { others?: { id: string; score: number }[]; blocked?: { id: string; score: number }[] } | null;
}

/** Other accounts, the blocklist, and lists of sanctioned people. */
export function duplicatesPart(found: CaseOut, evidence: EvidenceOut, measured: Measured): TemplateResult {
  const alike = (measured.duplicates ?? {}) as Alike;
  const rows: [label: string, ids: string[]][] = [
    [t("alike.document"), [...new Set([...(alike.document ?? []), ...evidence.duplicates])]],
    [t("alike.identity"), alike.identity ?? []],
    [t("alike.face"), (alike.face?.others ?? []).map((other) => other.id)],
    [t("alike.blocked"), [...(alike.blocked ?? []), ...(alike.face?.blocked ?? []).map((other) => other.id)]],
  ];
  const some = rows.filter(([, ids]) => ids.length > 0);
  const hits = measured.screening?.hits ?? [];
  return html`<section><h2>${t("alike.title")}</h2>
    ${some.length === 0 ? html`<p class="quiet">${t("alike.none")}</p>` : html`<dl class="facts">${some.map(([label, ids]) => html`<dt>${label}</dt><dd>${ids.map((id) => html`<code>${id}</code> `)}</dd>`)}</dl>`}
    ${measured.screening ? html`<p>${counted("alike.n_hits", hits.length)} ${hits.length > 0 && may("screening:read") ? html`<a href=${link("hits", found.applicant)}>${t("alike.see_hits")}</a>` : nothing}</p>` : nothing}
  </section>`;
}

/** Notes, and in a dispute what was said. */
export function notesPart(found: CaseOut, evidence: EvidenceOut, reload: () => void): TemplateResult {
  return html`${evidence.votes.length > 0 ? html`<section><h2>${t("votes.title")}</h2><ul class="reasons">${evidence.votes.map((vote) => html`
      <li><strong>${word("verdict", vote.verdict)}</strong> <span class="quiet">${moment(vote.at)}</span><p class="codes">${vote.codes.map((code) => html`<span class="tag">${codeName(code)}</span>`)}</p></li>`)}</ul></section>` : nothing}
    <section><h2>${t("notes.title")}</h2>
      ${evidence.notes.length === 0 ? html`<p class="quiet">${t("notes.none")}</p>` : html`<ul class="reasons">${evidence.notes.map((note) => html`<li><p class="text">${note.text}</p><span class="quiet">${moment(note.created_at)}</span></li>`)}</ul>`}
      <menshen-note .send=${async (text: string) => {
        await body(api.POST("/v1/review/cases/{id}/notes", { params: { path: { id: found.id } }, body: { text } }));
        reload();
      }}></menshen-note></section>`;
}

/** How the verification came here. */
export function historyPart(found: CaseOut, evidence: EvidenceOut, course: VerificationOut | undefined): TemplateResult {
  const earlier = evidence.history;
  const photos = [...evidence.photos].map((photo) => ({ at: photo.created_at, text: t("history.photo", { part: word("part", photo.part) }) }));
  const steps: { at: string; text: string; codes?: string[] }[] = [
    ...(course ? [{ at: course.created_at, text: t("history.opened") }] : []), ...photos,
    ...earlier.filter((one) => one.at !== evidence.decided_at).map((one) => ({ at: one.at, text: t(one.case ? "history.people_said" : "history.machine_said", { outcome: word("outcome", one.outcome) }), codes: one.codes })),
    { at: evidence.decided_at, text: t("history.machine") }, { at: found.opened_at, text: t("history.case") },
  ].sort((a, b) => a.at.localeCompare(b.at));
  return html`<section><h2>${t("history.title")}</h2>
    ${course ? html`<p>${t("history.attempt", { n: course.attempt })}${course.requeued ? html` ${counted("history.n_requeued", course.requeued)}` : nothing}</p>` : nothing}
    <ol class="course">${steps.map((step) => html`<li><span>${step.text}</span> <time datetime=${step.at} class="quiet">${moment(step.at)}</time>${step.codes ? html`<span class="codes">${step.codes.map((code) => html`<span class="tag">${codeName(code)}</span>`)}</span>` : nothing}</li>`)}</ol></section>`;
}

/** All figures, folded away. */
export function measuresPart(measured: Measured): TemplateResult {
  return html`<details><summary>${t("measures.title")}</summary><div class="scrolls" tabindex="0" role="region" aria-label=${t("measures.title")}><table class="compare">
    <thead><tr><th scope="col">${t("measures.what")}</th><th scope="col">${t("measures.value")}</th></tr></thead>
    <tbody>${measureRows(measured).map(([what, value]) => html`<tr><th scope="row">${what}</th><td>${value}</td></tr>`)}</tbody></table></div></details>`;
}
