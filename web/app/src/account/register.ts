import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { AgreeOut, BenefitOut } from "../schema.js";
import { invited, openAccount, proveAddress, register, type Account } from "./session.js";
import { t, word } from "./texts.js";
import { View } from "./view.js";

/** Opens an account: an address, its code, then password, consents and who has invited. */
@customElement("menshen-register")
export class Register extends View {
  @property() tenant = "";
  @state() private registration: string | undefined;
  @state() private agree: AgreeOut | undefined;
  @state() private benefit: BenefitOut | undefined;

  override render(): TemplateResult {
    if (this.registration === undefined) return this.address();
    return this.agree === undefined ? this.code(this.registration) : this.account(this.registration, this.agree);
  }

  private address(): TemplateResult {
    const sent = this.typed(async (read) => void (this.registration = (await register(this.tenant, read("to"))).registration));
    return html`<form @submit=${sent}><h1>${t("register.title")}</h1>${this.refusal()}
      <label>${t("register.address")}<input name="to" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="254" required aria-describedby="to-help" /></label>
      <p class="quiet" id="to-help">${t("register.address_help")}</p>
      <button class="main" ?disabled=${this.busy}>${t("register.send")}</button></form>`;
  }

  private code(registration: string): TemplateResult {
    const sent = this.typed(async (read) => void (this.agree = await proveAddress(registration, read("code"))));
    return html`<form @submit=${sent}><h1>${t("register.code_title")}</h1>${this.refusal()}
      <label>${t("register.code")}<input name="code" autocomplete="one-time-code" inputmode="numeric" maxlength="6" required aria-describedby="code-help" /></label>
      <p class="quiet" id="code-help">${t("register.code_help")}</p>
      <button class="main" ?disabled=${this.busy}>${t("go_on")}</button>
      <button class="plain" type="button" @click=${() => (this.registration = undefined)}>${t("register.other_address")}</button></form>`;
  }

  private account(registration: string, { consents }: AgreeOut): TemplateResult {
    const opened = this.typed(async (read) => {
      const agreed = consents.map(({ purpose, version }) => ({ purpose, version }));
      const account: Account = await openAccount(this.tenant, registration, read("password"), agreed, this.benefit?.code);
      this.dispatchEvent(new CustomEvent("entered", { detail: account, bubbles: true }));
    });
    const show = this.typed(async (read) => void (this.benefit = await invited(registration, read("invitation"))));
    return html`<h1>${t("register.account_title")}</h1>${this.refusal()}
      ${this.benefit === undefined
        ? html`<details><summary>${t("register.invited")}</summary><form @submit=${show}>
            <label>${t("register.invitation")}<input name="invitation" autocapitalize="characters" spellcheck="false" maxlength="40" required /></label>
            <button ?disabled=${this.busy}>${t("register.invitation_show")}</button></form></details>`
        : html`<div class="notice"><p>${t("register.invited_by", { label: this.benefit.label, code: this.benefit.code })}</p>
            <dl class="facts">${Object.entries(this.benefit.benefit).map(([name, value]) => html`<dt>${name}</dt><dd>${String(value)}</dd>`)}</dl>
            <p>${t("register.invitation_for_good")}</p>
            <button class="plain" @click=${() => (this.benefit = undefined)}>${t("register.invitation_no")}</button></div>`}
      <form @submit=${opened}>
        <label>${t("register.password")}<input name="password" type="password" autocomplete="new-password" minlength="8" maxlength="128" required aria-describedby="password-help" /></label>
        <p class="quiet" id="password-help">${t("register.password_help")}</p>
        ${consents.length === 0 ? nothing : html`<fieldset><legend>${t("register.consents")}</legend>${consents.map(({ purpose, version }) =>
          html`<label class="check"><input type="checkbox" required /><span>${word("consent", purpose)} <span class="quiet">${t("register.version", { version })}</span></span></label>`)}</fieldset>`}
        <button class="main" ?disabled=${this.busy}>${t("register.open")}</button></form>`;
  }
}
