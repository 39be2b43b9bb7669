import { html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { RecoveryBegunOut, RecoveryOut } from "../schema.js";
import { Problem } from "./api.js";
import "./embed.js";
import { finishRecovery, proveRecovery, recover, recoveryState } from "./own.js";
import { moment, t, word } from "./texts.js";
import { forget, keep, kept } from "./vault.js";
import { say, View } from "./view.js";

/** Password, factors and addresses are lost: who the person is proves itself, everybody is told, a while passes, and this device is the account's. */
@customElement("menshen-recover")
export class Recover extends View {
  @property() tenant = "";
  @state() private registration: string | undefined;
  @state() private begun: RecoveryBegunOut | undefined;
  @state() private standing: RecoveryOut | undefined;

  private get name(): string {
    return `recovery:${this.tenant}`;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.attempt(async () => {
      this.begun = await kept<RecoveryBegunOut>(this.name);
      await this.look();
    });
  }

  private async look(): Promise<void> {
    const { begun } = this;
    if (begun === undefined) return;
    try {
      this.standing = await recoveryState(begun.recovery);
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 404) throw error;
      await this.anew();
    }
  }

  private async anew(): Promise<void> {
    await forget(this.name);
    [this.registration, this.begun, this.standing] = [undefined, undefined, undefined];
  }

  override render(): TemplateResult {
    const { registration, begun, standing } = this;
    return html`<h1>${t("recover.title")}</h1>${this.refusal()}
      ${begun && standing ? this.going(begun, standing) : registration === undefined ? this.address() : this.code(registration)}`;
  }

  private address(): TemplateResult {
    const sent = this.typed(async (read) => void (this.registration = (await recover(this.tenant, read("to"))).registration));
    return html`<p>${t("recover.how")}</p><ol><li>${t("recover.step_address")}</li><li>${t("recover.step_proof")}</li><li>${t("recover.step_wait")}</li><li>${t("recover.step_device")}</li></ol>
      <p class="notice">${t("recover.no_release")}</p>
      <form @submit=${sent}><label>${t("recover.reach")}<input name="to" autocomplete="email" autocapitalize="none" spellcheck="false" maxlength="254" required aria-describedby="to-help" /></label>
      <p class="quiet" id="to-help">${t("register.address_help")}</p>
      <button class="main" ?disabled=${this.busy}>${t("register.send")}</button></form>`;
  }

  private code(registration: string): TemplateResult {
    const sent = this.typed(async (read) => {
      const begun = await proveRecovery(registration, read("code"), read("login"));
      await keep(this.name, begun);
      this.begun = begun;
      await this.look();
    });
    return html`<form @submit=${sent}>
      <label>${t("register.code")}<input name="code" autocomplete="one-time-code" inputmode="numeric" maxlength="6" required /></label>
      <label>${t("recover.login")}<input name="login" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="254" required aria-describedby="login-help" /></label>
      <p class="quiet" id="login-help">${t("recover.login_help")}</p>
      <button class="main" ?disabled=${this.busy}>${t("go_on")}</button></form>`;
  }

  private going(begun: RecoveryBegunOut, { state, ready_at, expires_at }: RecoveryOut): TemplateResult {
    const again = html`<p><button class="plain" ?disabled=${this.busy} @click=${() => void this.attempt(() => this.look())}>${t("recover.look")}</button></p>`;
    if (state === "proving") {
      return html`<p>${t("recover.prove", { at: moment(expires_at) })}</p>
        <menshen-own-verification .verification=${begun.verification} .token=${begun.token} @judged=${() => void this.attempt(() => this.look())}></menshen-own-verification>${again}
        <p><button class="plain" ?disabled=${this.busy} @click=${() => void this.attempt(() => this.anew())}>${t("recover.anew")}</button></p>`;
    }
    if (state === "waiting" && ready_at && Date.parse(ready_at) > Date.now()) {
      return html`<section class="notice"><h2>${t("recover.waiting")}</h2><p>${t("recover.waiting_until", { at: moment(ready_at) })}</p><p>${t("recover.waiting_why")}</p></section>${again}`;
    }
    if (state === "waiting") return this.finish(begun);
    return html`<section class="notice"><h2>${word("recovery", state)}</h2></section>
      <button @click=${() => void this.attempt(() => this.anew())}>${t("recover.anew")}</button>`;
  }

  private finish({ recovery }: RecoveryBegunOut): TemplateResult {
    const set = this.typed(async (read) => {
      await finishRecovery(this.tenant, recovery, read("password"));
      await this.anew();
      say(t("recover.done"));
      this.dispatchEvent(new CustomEvent("over", { bubbles: true }));
    });
    return html`<form @submit=${set}><p>${t("recover.ready")}</p>
      <label>${t("register.password")}<input name="password" type="password" autocomplete="new-password" minlength="8" maxlength="128" required aria-describedby="password-help" /></label>
      <p class="quiet" id="password-help">${t("register.password_help")}</p>
      <button class="main" ?disabled=${this.busy}>${t("recover.take")}</button>
      <p class="quiet">${t("recover.consequences")}</p></form>`;
  }
}

