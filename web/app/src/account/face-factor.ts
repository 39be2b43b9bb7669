import { html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { askToConfirm } from "./confirm.js";
import { allowFace, forbidFace, giveConsent } from "./own.js";
import { moment, t, word } from "./texts.js";
import { say, View } from "./view.js";

/** The consent without which no face is compared, and the version of its text that stands here. */
const CONSENT = { purpose: "biometric_template", version: "2026-11-sign-in" };

/** Signing in by face: turned on with a confirmation and a consent, turned off by itself. */
@customElement("menshen-face-factor")
export class FaceFactor extends View {
  @property() applicant = "";
  /** Since when it is on. */
  @property() since: string | undefined;

  override render(): TemplateResult {
    const on = this.typed(async () => {
      const step_up = await askToConfirm(this, "add_factor", "face", word("factor", "face"));
      if (step_up === undefined) return;
      await giveConsent(this.applicant, CONSENT.purpose, CONSENT.version);
      await allowFace(step_up);
      this.changed(t("face.allowed"));
    });
    const off = () => void this.attempt(async () => {
      await forbidFace();
      this.changed(t("face.forbidden"));
    });
    return html`<section><h2>${word("factor", "face")}</h2><p>${this.since ? t("face.on", { at: moment(this.since) }) : t("face.off")}</p>
      <p class="quiet">${t("face.help")}</p>${this.refusal()}
      ${this.since
        ? html`<button ?disabled=${this.busy} @click=${off}>${t("face.forbid")}</button>`
        : html`<form @submit=${on}><label class="check"><input type="checkbox" name="consent" required /><span>${t("face.consent")}</span></label>
            <button ?disabled=${this.busy}>${t("face.allow")}</button></form>`}</section><menshen-confirm></menshen-confirm>`;
  }

  private changed(text: string): void {
    say(text);
    this.dispatchEvent(new CustomEvent("changed", { bubbles: true }));
  }
}
