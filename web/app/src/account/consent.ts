import { html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { OidcRequestOut } from "../schema.js";
import { deny, goOn } from "./session.js";
import { t, word } from "./texts.js";
import { View } from "./view.js";

/** An app wants somebody to sign in: what it is, where it leads, and what it would hear. */
@customElement("menshen-consent")
export class Consent extends View {
  @property() request = "";
  @property({ attribute: false }) asked!: OidcRequestOut;

  override render(): TemplateResult {
    const { client_name, goes_to, claims } = this.asked;
    const on = (event: SubmitEvent) => {
      event.preventDefault();
      const share = new FormData(event.target as HTMLFormElement).getAll("claim").map(String);
      void this.attempt(async () => location.assign(await goOn(this.request, share)));
    };
    const no = () => void this.attempt(async () => location.assign(await deny(this.request)));
    return html`<form @submit=${on}><h1>${t("oidc.title", { app: client_name })}</h1>${this.refusal()}
      <p>${t("oidc.goes_to", { host: goes_to })}</p>
      ${claims.length === 0 ? nothing : html`<fieldset><legend>${t("oidc.claims")}</legend>${claims.map((claim) =>
        html`<label class="check"><input type="checkbox" name="claim" value=${claim} /><span>${word("claim", claim)}</span></label>`)}</fieldset>
        <p class="quiet">${t("oidc.claims_help")}</p>`}
      <button class="main" ?disabled=${this.busy}>${t("oidc.go_on")}</button>
      <button type="button" ?disabled=${this.busy} @click=${no}>${t("oidc.no")}</button></form>`;
  }
}
