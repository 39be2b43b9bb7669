import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import type { VerificationOut } from "../../schema.js";
import { drawn } from "../drawings.js";
import type { Drawing } from "../drawings.js";
import { isClaim } from "../model.js";
import { page, reasonList } from "../view.js";
import type { Action, View } from "../view.js";

/** Returns the screen before everything is handed in. */
export function submitScreen({ model, flow, texts: { t } }: View): TemplateResult {
  const parts = new Set((model.known?.captures ?? []).filter(({ usable }) => usable).map(({ part }) => part));
  const done = ["form", ...(["front", "back", "selfie"] as const).filter((part) => parts.has(part))] as const;
  return page({
    heading: t("submit.heading"),
    lead: t("submit.lead"),
    body: html`<ul class="done-list">${done.map((part) => html`<li>${t(`submit.${part}`)}</li>`)}</ul>
      ${model.faceless ? html`<p class="note">${t("liveness.faceless")}</p>` : nothing}`,
    primary: { label: t("submit.send"), act: flow.submit, disabled: model.busy },
    others: [model.faceless ? { label: t("liveness.show_face"), act: flow.showFace, disabled: model.busy } : undefined],
  });
}

/** Returns the screen while the machine is at work. */
export function processingScreen({ model, texts: { t, away } }: View): TemplateResult {
  const { expected_at, requeued } = model.known?.verification ?? {};
  const soon = expected_at && Date.parse(expected_at) > Date.now() + 1_500;
  return page({
    heading: t("processing.heading"),
    lead: soon ? t("processing.until", { when: away(expected_at, Date.now()) }) : t("processing.soon"),
    body: html`<div class="waiting"><span class="spinner" aria-hidden="true"></span></div>
      ${requeued ? html`<p class="note">${t("processing.requeued")}</p>` : nothing}
      <p class="small">${t("processing.leave")}</p>`,
  });
}

/** Returns the state of a verification to which nothing is to be handed in right now. */
export function resultScreen(view: View): TemplateResult {
  const verification = view.model.known?.verification;
  if (!verification) return html``;
  if (verification.appeal && ["opened", "collecting", "waiting", "asked_again"].includes(verification.appeal.status)) {
    return appealing(view, verification);
  }
  switch (verification.status) {
    case "verified":
      return verified(view, verification);
    case "pending":
      return pending(view, verification);
    case "failed":
      return failed(view, verification);
    default:
      return over(view, verification);
  }
}

const picture = (name: Drawing) => html`<div class="picture" aria-hidden="true">${drawn(name)}</div>`;
const ask = ({ flow, texts: { t } }: View): Action => ({ label: t("support.ask"), act: () => flow.aside("support") });
const dispute = ({ model, flow, texts: { t } }: View): Action | undefined =>
  isClaim(model) ? undefined : { label: t("appeal.begin"), act: () => flow.aside("appeal") };

function verified({ texts: { t, day } }: View, { valid_until }: VerificationOut) {
  return page({
    heading: t("verified.heading"),
    lead: t("verified.lead"),
    body: html`${picture("done")} ${valid_until ? html`<p>${t("verified.until", { date: day(valid_until) })}</p>` : nothing}`,
  });
}

function pending(view: View, { expected_at, support, reasons, appeal }: VerificationOut) {
  const { texts } = view;
  const { t, of, moment } = texts;
  return page({
    heading: support ? t("pending.late") : t("pending.heading"),
    lead: support ? of(support.text) : t("pending.lead"),
    body: html`${picture(support ? "clock" : "person")}
      ${expected_at && !support ? html`<p>${t("pending.until", { when: moment(expected_at) })}</p>` : nothing} ${reasonList(reasons, texts)}`,
    primary: support ? { label: t("support.ask"), act: () => view.flow.aside("support") } : undefined,
    others: [support && appeal?.status !== "decided" ? dispute(view) : undefined, support ? undefined : ask(view)],
  });
}

function failed(view: View, { reasons, retry, retry_at, next, appeal }: VerificationOut) {
  const { texts, flow } = view;
  const { t, of, moment } = texts;
  const wait = retry === "at" && retry_at;
  const steps = next.map(({ title }) => of(title));
  const list = new Intl.ListFormat(texts.lang, { type: "conjunction" }).format(steps);
  const lead = retry === "now" && steps.length > 0 ? t("failed.only", { steps: list }) : wait ? t("failed.wait", { when: moment(retry_at) }) : t(isClaim(view.model) ? "failed.claim" : "failed.appeal");
  return page({
    heading: t(retry === "appeal" ? "failed.final" : "failed.heading"),
    lead,
    body: html`${appeal?.outcome === "upheld" ? html`<p class="note">${t("appeal.upheld")}</p>` : nothing} ${reasonList(reasons, texts)}`,
    primary: retry === "now" ? { label: t("failed.again"), act: flow.tryAgain } : retry === "appeal" ? (dispute(view) ?? ask(view)) : ask(view),
    others: [retry === "appeal" ? undefined : dispute(view), wait ? undefined : ask(view)],
  });
}

function over(view: View, { ended, reasons }: VerificationOut) {
  const { texts } = view;
  const { t } = texts;
  const why = `expired.${ended ?? "other"}`;
  return page({
    heading: t("expired.heading"),
    lead: texts.has(why) ? t(why) : t("expired.other"),
    body: html`${picture("calendar")} ${reasonList(reasons, texts)}`,
    others: [ask(view)],
  });
}

function appealing(view: View, { appeal, reasons }: VerificationOut) {
  const { flow, texts } = view;
  const { t, moment } = texts;
  const waits = appeal?.status === "waiting";
  const lead = waits && appeal.due_at ? t("appeal.due", { when: moment(appeal.due_at) }) : t(waits ? "appeal.waits" : "appeal.unfinished");
  return page({
    heading: t(waits ? "appeal.waiting" : "appeal.open"),
    lead,
    // That an appeal is open is what this screen says already.
    body: waits ? html`${picture("person")} ${reasonList(reasons.filter(({ end }) => end !== "wait"), texts)}` : picture("sheet"),
    primary: waits ? undefined : { label: t("appeal.go_on"), act: () => flow.aside("appeal") },
    others: [ask(view)],
  });
}
