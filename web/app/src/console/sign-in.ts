import { html, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { Problem } from "./api";
import { begin, factor, type Session } from "./session";
import { t } from "./texts";
import { View } from "./view";

/** Sign-in in two steps: login and password, then a code. */
@customElement("menshen-sign-in")
export class SignIn extends View {
  @state() private step: "password" | "factor" = "password";

  override render(): TemplateResult {
    return this.step === "password" ? this.password() : this.factor();
  }

  override updated(): void {
    if (!this.busy && this.problem === undefined) this.querySelector<HTMLInputElement>("input")?.focus();
  }

  private password(): TemplateResult {
    return html`<form class="card" @submit=${this.sendPassword}>
      <h1>${t("sign_in.title")}</h1>
      ${this.refusal()}
      <label>${t("sign_in.login")}<input name="login" autocomplete="username" autocapitalize="none" spellcheck="false" required /></label>
      <label>${t("sign_in.password")}<input name="password" type="password" autocomplete="current-password" required /></label>
      <button class="main" ?disabled=${this.busy}>${t("sign_in.go_on")}</button>
      <p class="quiet">${t("sign_in.help")}</p>
    </form>`;
  }

  private factor(): TemplateResult {
    return html`<form class="card" @submit=${this.sendCode}>
      <h1>${t("factor.title")}</h1>
      ${this.refusal()}
      <label>${t("factor.code")}
        <input name="code" autocomplete="one-time-code" inputmode="text" autocapitalize="none" spellcheck="false" maxlength="20" required aria-describedby="factor-help" /></label>
      <p class="quiet" id="factor-help">${t("factor.help")}</p>
      <button class="main" ?disabled=${this.busy}>${t("factor.go_on")}</button>
      <button class="plain" type="button" @click=${this.again}>${t("factor.back")}</button>
    </form>`;
  }

  private again(): void {
    this.problem = undefined;
    this.step = "password";
  }

  private async sendPassword(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    await this.attempt(async () => {
      await begin(String(form.get("login")), String(form.get("password")));
      this.step = "factor";
    });
  }

  private async sendCode(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const done = await this.attempt(async () => {
      const who: Session = await factor(String(form.get("code")).trim());
      this.dispatchEvent(new CustomEvent("entered", { detail: who }));
    });
    // The five minutes for the second step are over: it begins again.
    if (!done && this.problem instanceof Problem && this.problem.code === "unauthenticated") this.step = "password";
  }
}
