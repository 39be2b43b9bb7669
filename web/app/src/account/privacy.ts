import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ConsentOut } from "../schema.js";
import { Problem, SIGNED_OUT } from "./api.js";
import { askToConfirm } from "./confirm.js";
import { consents, copyOfAll, eraseAccount, openTicket, withdrawConsent } from "./own.js";
import { moment, t, word } from "./texts.js";
import { say, View } from "./view.js";

/** The consent without which nothing of a face is kept. */
const FACE = "biometric_template";

/** What the person has agreed to, a copy of what is kept of them, and the end of their account. */
@customElement("menshen-privacy")
export class Privacy extends View {
  @property() applicant = "";
  @state() private consents: ConsentOut[] | undefined;
  /** The consent that is about to be taken back. */
  @state() private leaving: string | undefined;
  @state() private byOperator = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.attempt(() => this.look());
  }

  private async look(): Promise<void> {
    this.consents = await consents(this.applicant);
  }

  override render(): TemplateResult {
    return html`<h1>${t("nav.privacy")}</h1>${this.refusal()}${this.agreed()}${this.copy()}${this.end()}<menshen-confirm></menshen-confirm>`;
  }

  private agreed(): TemplateResult {
    const { consents } = this;
    return html`<section><h2>${t("privacy.consents")}</h2>
      ${consents === undefined ? html`<p role="status">${t("loading")}</p>` : consents.length === 0 ? html`<p class="quiet">${t("privacy.no_consents")}</p>` : html`<ul class="rows">${consents.map((one) => this.consent(one))}</ul>`}</section>`;
  }

  private consent({ purpose, version, given_at, withdrawn_at }: ConsentOut): TemplateResult {
    const name = word("purpose", purpose);
    const back = () => void this.attempt(async () => {
      await withdrawConsent(this.applicant, purpose);
      this.leaving = undefined;
      say(t("privacy.withdrawn"));
      await this.look();
    });
    return html`<li><span><strong>${name}</strong> <span class="quiet">${t("register.version", { version })}</span><br />
      <span class="quiet">${t("privacy.given", { at: moment(given_at) })}${withdrawn_at ? ` · ${t("privacy.withdrawn_at", { at: moment(withdrawn_at) })}` : ""}</span></span>
      ${withdrawn_at || this.leaving === purpose ? nothing : html`<button aria-label=${t("privacy.withdraw_of", { what: name })} @click=${() => (this.leaving = purpose)}>${t("privacy.withdraw")}</button>`}
      ${this.leaving === purpose && !withdrawn_at ? html`<div class="notice"><p>${purpose === FACE ? t("privacy.withdraw_face") : t("privacy.withdraw_other")}</p>
        <button ?disabled=${this.busy} @click=${back}>${t("privacy.withdraw_yes")}</button>
        <button class="plain" @click=${() => (this.leaving = undefined)}>${t("back")}</button></div>` : nothing}</li>`;
  }

  private copy(): TemplateResult {
    const make = () => void this.attempt(async () => {
      const step_up = await askToConfirm(this, "export_data", "", "");
      if (step_up === undefined) return;
      save(JSON.stringify(await copyOfAll(step_up), null, 2));
      say(t("privacy.copied"));
    });
    return html`<section><h2>${t("privacy.copy")}</h2><p>${t("privacy.copy_help")}</p>
      <button ?disabled=${this.busy} @click=${make}>${t("privacy.copy_make")}</button></section>`;
  }

  /** Who asks for a confirmation must be able to do what is confirmed. */
  private async mayErase(): Promise<boolean> {
    try {
      await eraseAccount();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.code === "step_up_needed") return true;
      this.byOperator = error.code === "erasure_by_operator";
      if (!this.byOperator) throw error;
    }
    return false;
  }

  private end(): TemplateResult {
    const erase = () => void this.attempt(async () => {
      if (!(await this.mayErase())) return;
      const step_up = await askToConfirm(this, "erase_account", "", "");
      if (step_up === undefined) return;
      await eraseAccount(step_up);
      say(t("privacy.erased"));
      // Whoever comes next begins at the first page.
      history.replaceState(null, "", location.pathname + location.search);
      window.dispatchEvent(new Event(SIGNED_OUT));
    });
    const ask = () => void this.attempt(async () => {
      await openTicket(this.applicant, "other", t("privacy.erase_text"));
      this.byOperator = false;
      say(t("privacy.erase_asked"));
    });
    return html`<section><h2>${t("privacy.erase")}</h2><p>${t("privacy.erase_help")}</p>
      ${this.byOperator
        ? html`<div class="notice"><p>${t("privacy.erase_by_operator")}</p><button ?disabled=${this.busy} @click=${ask}>${t("privacy.erase_ask")}</button></div>`
        : html`<button class="danger" ?disabled=${this.busy} @click=${erase}>${t("privacy.erase_do")}</button>`}</section>`;
  }
}

/** Hands a file to the browser to keep: nothing is sent anywhere. */
function save(text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = "menshen-my-data.json";
  link.click();
  // Browsers read it while they save it.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
