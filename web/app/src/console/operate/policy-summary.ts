import { html, nothing, type TemplateResult } from "lit";
import { counted, number, t, word } from "../texts";
import type { Limits, PolicyValues } from "./policy-values";

/** What the policy in force comes to, in words: read from it, and changed in its text alone. */
export function summary(values: PolicyValues): TemplateResult {
  return html`<div class="plots">${documents(values)}${levels(values)}${clients(values)}${times(values)}${entitlements(values)}</div>`;
}

const state = (code: string): string => (code === "*" ? t("policy.every_other") : code);

function documents({ document: { accepted, minimum_age } }: PolicyValues): TemplateResult {
  const row = ([code, kinds]: [string, string[]]) => html`<dt>${state(code)}</dt><dd>${kinds.map((kind) => word("kind", kind)).join(t("comma"))}</dd>`;
  const ages = Object.entries(minimum_age).map(([code, age]) => `${state(code)} ${number(age)}`);
  return html`<section class="plot"><h2>${t("policy.documents")}</h2><dl class="facts">${Object.entries(accepted).map(row)}</dl>
    <p class="quiet">${t("policy.ages", { ages: ages.join(t("comma")) })}</p></section>`;
}

function levels({ levels, flows }: PolicyValues): TemplateResult {
  const parts = (names: readonly string[]) => names.map((name) => word("asked", name)).join(t("comma"));
  return html`<section class="plot"><h2>${t("policy.levels")}</h2><dl class="facts">${Object.entries(levels).map(([name, asked]) => html`<dt>${name}</dt><dd>${parts(asked)}</dd>`)}</dl>
    <h3>${t("policy.flows")}</h3><dl class="facts">${Object.entries(flows).map(([name, asked]) => html`<dt>${word("flow", name)}</dt><dd>${parts(asked)}</dd>`)}</dl></section>`;
}

function clients({ clients = {} }: PolicyValues): TemplateResult {
  const rows = Object.entries(clients);
  const flows = (by: Record<string, string> = {}) => Object.entries(by).map(([flow, version]) => html`<div class="quiet">${word("flow", flow)}: ${version}</div>`);
  return html`<section class="plot"><h2>${t("policy.clients")}</h2>${rows.length === 0 ? html`<p class="quiet">${t("policy.no_clients")}</p>` : nothing}
    <dl class="facts">${rows.map(([name, rule]) => html`<dt>${name}</dt><dd>${rule.at_least ?? "–"}${flows(rule.flows)}</dd>`)}</dl></section>`;
}

/** How long things take and are kept; a page of its own asks for it, too. */
export function times({ times, originals }: PolicyValues): TemplateResult {
  const days = (n: number) => (n === 0 ? t("policy.no_limit") : counted("policy.n_days", n));
  return html`<section class="plot"><h2>${t("policy.times")}</h2><dl class="facts">
    <dt>${t("policy.document_days")}</dt><dd>${days(times.document_days)}</dd><dt>${t("policy.biometric_days")}</dt><dd>${days(times.biometric_days)}</dd>
    <dt>${t("policy.verified_days")}</dt><dd>${days(times.verified_days)}</dd><dt>${t("policy.open_hours")}</dt><dd>${counted("policy.n_hours", times.open_hours)}</dd>
    <dt>${t("policy.review_hours")}</dt><dd>${counted("policy.n_hours", times.review_hours)}</dd>
    <dt>${t("policy.originals")}</dt><dd>${t(originals?.keep ? "policy.originals_kept" : "policy.originals_gone")}</dd></dl></section>`;
}

function entitlements({ entitlements = {} }: PolicyValues): TemplateResult {
  const limit = ({ single, daily }: Limits) =>
    [single ? t("policy.single", { amount: single }) : "", daily ? t("policy.daily", { amount: daily }) : ""].filter(Boolean).join(t("comma")) || t("policy.unlimited");
  const action = ([name, assets]: [string, Record<string, Limits>]) =>
    html`<div><strong>${name}</strong> ${Object.entries(assets).map(([asset, limits]) => html`<div>${asset === "*" ? t("policy.every_other") : asset}: ${limit(limits)}</div>`)}</div>`;
  const rows = Object.entries(entitlements.levels ?? {});
  return html`<section class="plot"><h2>${t("policy.entitlements")}</h2>${rows.length === 0 ? html`<p class="quiet">${t("policy.no_entitlements")}</p>` : nothing}
    <dl class="facts">${rows.map(([level, actions]) => html`<dt>${level === "none" ? t("policy.before_any") : level}</dt><dd>${Object.entries(actions).map(action)}</dd>`)}</dl></section>`;
}
