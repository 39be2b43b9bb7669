import { html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { forgot, reset } from "./session.js";
import { t } from "./texts.js";
import { say, View } from "./view.js";

/** A forgotten password: a code to a bound address, and another password. */
@customElement("menshen-reset")
export class Reset extends View {
  @property() tenant = "";
  @state() private login: string | undefined;

  override render(): TemplateResult {
    const login = this.login;
    if (login === undefined) {
      const sent = this.typed(async (read) => {
        await forgot(this.tenant, read("login"));
        this.login = read("login");
      });
      return html`<form @submit=${sent}><h1>${t("reset.title")}</h1>${this.refusal()}
        <label>${t("sign_in.login")}<input name="login" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="254" required /></label>
        <p class="quiet">${t("reset.help")}</p>
        <button class="main" ?disabled=${this.busy}>${t("register.send")}</button></form>`;
    }
    const set = this.typed(async (read) => {
      await reset(this.tenant, login, read("code"), read("password"));
      say(t("reset.done"));
      this.dispatchEvent(new CustomEvent("over", { bubbles: true }));
    });
    return html`<form @submit=${set}><h1>${t("reset.title")}</h1>${this.refusal()}
      <p class="notice">${t("reset.sent")}</p>
      <label>${t("register.code")}<input name="code" autocomplete="one-time-code" inputmode="numeric" maxlength="6" required /></label>
      <label>${t("register.password")}<input name="password" type="password" autocomplete="new-password" minlength="8" maxlength="128" required aria-describedby="password-help" /></label>
      <p class="quiet" id="password-help">${t("register.password_help")}</p>
      <button class="main" ?disabled=${this.busy}>${t("reset.set")}</button>
      <p class="quiet">${t("reset.consequences")}</p></form>`;
  }
}
