import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { hasKey } from "./device.js";
import { canPasskey } from "./passkey.js";
import { begin, beginByDevice, factor, passkey, sendCode, type Account, type Next } from "./session.js";
import { t } from "./texts.js";
import { View } from "./view.js";
import "./ways.js";

/** Sign-in: login and password and a second factor, or a passkey. */
@customElement("menshen-account-sign-in")
export class SignIn extends View {
  @property() tenant = "";
  @state() private next: Next | undefined;
  /** Was this browser a device of somebody's account? */
  @state() private known = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void hasKey(this.tenant).then((known) => (this.known = known));
  }

  override render(): TemplateResult {
    return this.next === undefined ? this.password() : this.second(this.next);
  }

  private password(): TemplateResult {
    const sent = this.typed(async (read) => void (this.next = await begin(this.tenant, read("login"), read("password"))));
    const byPasskey = () => void this.attempt(async () => this.enter(await passkey(this.tenant)));
    const byDevice = () => {
      const login = this.querySelector<HTMLInputElement>('input[name="login"]');
      if (login?.reportValidity()) void this.attempt(async () => void (this.next = await beginByDevice(this.tenant, login.value.trim())));
    };
    return html`<form @submit=${sent}><h1>${t("sign_in.title")}</h1>
      ${this.refusal()}
      <label>${t("sign_in.login")}<input name="login" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="254" required /></label>
      <label>${t("sign_in.password")}<input name="password" type="password" autocomplete="current-password" maxlength="4096" required /></label>
      <button class="main" ?disabled=${this.busy}>${t("go_on")}</button>
      ${canPasskey() ? html`<button type="button" ?disabled=${this.busy} @click=${byPasskey}>${t("sign_in.passkey")}</button>` : nothing}
      ${this.known ? html`<button type="button" ?disabled=${this.busy} @click=${byDevice}>${t("sign_in.device")}</button>` : nothing}
      <p class="quiet">${t("sign_in.only")}</p></form>`;
  }

  private second({ phrase, ways }: Next): TemplateResult {
    const walk = {
      tenant: this.tenant,
      send: sendCode,
      type: async (name: string, code: string) => this.enter(await factor(this.tenant, name, code)),
      passkey: async () => this.enter(await passkey(this.tenant)),
    };
    return html`<h1>${t("second.title")}</h1>
      <div class="notice">${phrase ? html`<p>${t("second.phrase")}</p><p class="phrase">${phrase}</p>` : html`<p>${t("second.no_phrase")}</p>`}</div>
      <menshen-ways .ways=${ways} .walk=${walk}></menshen-ways>
      <button class="plain" @click=${() => (this.next = undefined)}>${t("back")}</button>`;
  }

  private enter(account: Account): void {
    this.dispatchEvent(new CustomEvent("entered", { detail: account, bubbles: true }));
  }
}
