import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { consentsMissing } from "../model.js";
import { page, withoutFace } from "../view.js";
import type { View } from "../view.js";

/** Returns what is shown while the service is asked. */
export const loadingScreen = ({ texts: { t } }: View): TemplateResult =>
  html`<div class="waiting"><span class="spinner" aria-hidden="true"></span><p>${t("loading")}</p></div>`;

/** Returns the screen that says what is done, and asks whether the person agrees. */
export function consentScreen(view: View): TemplateResult {
  const { model, flow, texts: { t } } = view;
  const missing = model.known ? consentsMissing(model.known) : [];
  const asks = (purpose: string) => missing.some((one) => one.purpose === purpose);
  const agree = (event: Event) => {
    event.preventDefault();
    void flow.agree();
  };
  // A tick for each purpose: who agrees to one has not agreed to the other.
  const tick = (purpose: "identity_verification" | "biometric_template") =>
    asks(purpose)
      ? html`<label class="tick">
          <input type="checkbox" name=${purpose} required />
          <span><strong>${t(`consent.${purpose}.title`)}</strong><br />${t(`consent.${purpose}.text`)}</span>
        </label>`
      : nothing;
  return page({
    heading: t("consent.heading"),
    lead: t("consent.lead"),
    body: html`<form id="consent" @submit=${agree}>
      ${tick("identity_verification")} ${tick("biometric_template")}
      <p class="small">${t("consent.withdraw")}</p>
      <div class="actions"><button class="primary" part="button primary" ?disabled=${model.busy}>${t("consent.agree")}</button></div>
    </form>`,
    others: [asks("biometric_template") ? withoutFace(view) : undefined],
  });
}

/** Returns the screen of the way without a face. */
export function facelessScreen({ model, flow, texts: { t } }: View): TemplateResult {
  const refuse = (why: "cannot" | "will_not") => ({ label: t(`liveness.refusal.${why}`), act: () => flow.refuseFace(why), disabled: model.busy });
  return page({
    heading: t("liveness.refusal.heading"),
    lead: t("liveness.refusal.lead"),
    body: html`<p>${t("liveness.refusal.text")}</p>`,
    others: [refuse("cannot"), refuse("will_not"), { label: t("back"), act: () => flow.aside("none") }],
  });
}
