import qrcode from "qrcode-generator";
import { html, nothing, svg, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { finish, open, type Invited, type Session } from "./session";
import { t, word } from "./texts";
import { moment } from "./time";
import { View } from "./view";

/** Enrolment: whoever was invited chooses login and password, ties their authenticator app, and keeps the recovery codes. */
@customElement("menshen-enrol")
export class Enrol extends View {
  @property() invitation = "";
  @state() private invited: Invited | undefined;
  @state() private done: { session: Session; recovery_codes: string[] } | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.attempt(async () => {
      this.invited = await open(this.invitation);
    });
  }

  override render(): TemplateResult {
    if (this.done) return this.codes(this.done.recovery_codes);
    if (!this.invited) return html`<div class="card"><h1>${t("enrol.title")}</h1>${this.refusal()}${this.problem ? nothing : html`<p role="status">${t("loading")}</p>`}</div>`;
    const { name, role, tenant, secret, otpauth, expires_at: until } = this.invited;
    return html`<form class="card wide" @submit=${this.send}>
      <h1>${t("enrol.title")}</h1>
      <p>${t("enrol.who", { name, tenant, role: word("role", role) })} <span class="quiet">${t("enrol.until", { at: moment(until) })}</span></p>
      <label>${t("sign_in.login")}<input name="login" autocomplete="username" autocapitalize="none" spellcheck="false" minlength="3" maxlength="254" required aria-describedby="login-help" /></label>
      <p class="quiet" id="login-help">${t("enrol.login_help")}</p>
      <label>${t("sign_in.password")}<input name="password" type="password" autocomplete="new-password" minlength="12" maxlength="128" required aria-describedby="password-help" /></label>
      <p class="quiet" id="password-help">${t("enrol.password_help")}</p>
      <h2>${t("enrol.app")}</h2>
      <div class="tie"><div>${code(otpauth, t("enrol.qr"))}</div>
        <div><p>${t("enrol.scan")}</p><p class="quiet">${t("enrol.type")}</p><p><code class="secret">${secret.replace(/(.{4})/g, "$1 ").trim()}</code></p>
          <label>${t("enrol.code")}<input name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}" maxlength="6" required /></label></div></div>
      ${this.refusal()}
      <button class="main" ?disabled=${this.busy}>${t("enrol.finish")}</button>
    </form>`;
  }

  private codes(codes: string[]): TemplateResult {
    const go = () => this.dispatchEvent(new CustomEvent("entered", { detail: this.done?.session }));
    return html`<div class="card"><h1>${t("recovery.title")}</h1><p>${t("recovery.help")}</p>
      <ol class="recovery">${codes.map((one) => html`<li><code>${one}</code></li>`)}</ol>
      <p class="buttons"><button @click=${() => window.print()}>${t("recovery.print")}</button><button class="main" @click=${go}>${t("recovery.go_on")}</button></p></div>`;
  }

  private async send(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const text = (name: string) => String(form.get(name));
    await this.attempt(async () => {
      this.done = await finish({ invitation: this.invitation, login: text("login").trim(), password: text("password"), code: text("code") });
    });
  }
}

/** Draws a code to be scanned, dark on light in either theme: apps read nothing else surely. */
function code(text: string, label: string): TemplateResult {
  const made = qrcode(0, "M");
  made.addData(text);
  made.make();
  const n = made.getModuleCount();
  const quiet = 4;
  let path = "";
  for (let row = 0; row < n; row += 1) {
    for (let column = 0; column < n; column += 1) if (made.isDark(row, column)) path += `M${column + quiet} ${row + quiet}h1v1h-1z`;
  }
  const across = n + 2 * quiet;
  return html`<svg class="qr" viewBox="0 0 ${across} ${across}" role="img" aria-label=${label}>${svg`<rect width=${across} height=${across} fill="#fff"></rect><path d=${path} fill="#000"></path>`}</svg>`;
}
