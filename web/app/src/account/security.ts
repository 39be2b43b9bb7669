import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { unsafeSVG } from "lit/directives/unsafe-svg.js";
import type { FactorsOut, PasskeyOfferOut, PasskeyOut, TotpOfferOut } from "../schema.js";
import { askToConfirm } from "./confirm.js";
import "./contacts.js";
import "./face-factor.js";
import { canPasskey } from "./passkey.js";
import {
  addPasskey, changePassword, drawCodes, factors, keepApp, offerApp, offerPasskey, passkeys, removeApp, removePasskey,
  type Account,
} from "./session.js";
import { moment, t, told, word } from "./texts.js";
import { say, View } from "./view.js";

/** What the person signs in with. */
@customElement("menshen-security")
export class Security extends View {
  @property({ attribute: false }) account!: Account;
  @state() private factors: FactorsOut | undefined;
  @state() private passkeys: PasskeyOut[] = [];
  @state() private offered: TotpOfferOut | undefined;
  @state() private passkey: { step_up: string; offer: PasskeyOfferOut } | undefined;
  @state() private codes: string[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  private async look(): Promise<void> {
    await this.attempt(async () => {
      this.factors = await factors();
      this.passkeys = canPasskey() ? await passkeys() : [];
    });
  }

  /** Does something once the person has confirmed it. */
  private async confirmed(action: string, detail: string, what: string, deed: (step_up: string) => Promise<void>): Promise<void> {
    const done = await this.attempt(async () => {
      const step_up = await askToConfirm(this, action, detail, what);
      if (step_up !== undefined) await deed(step_up);
    });
    if (done) await this.look();
  }

  override render(): TemplateResult {
    const known = this.factors;
    return html`<h1>${t("security.title")}</h1>${this.refusal()}
      ${known === undefined ? html`<p role="status">${t("loading")}</p>` : html`${this.keys()}${this.app(known)}${this.recovery(known)}
        <menshen-face-factor .applicant=${this.account.applicant} .since=${known.face_since ?? undefined} @changed=${() => void this.look()}></menshen-face-factor>${this.password()}
        <menshen-contacts .applicant=${this.account.applicant}></menshen-contacts>`}
      <menshen-confirm></menshen-confirm>`;
  }

  private keys(): TemplateResult {
    const add = () => void this.confirmed("add_factor", "passkey", word("factor", "passkey"), async (step_up) => {
      this.passkey = { step_up, offer: await offerPasskey(step_up) };
    });
    const made = async () => {
      const asked = this.passkey;
      if (asked === undefined) return;
      this.passkey = undefined;
      if (await this.attempt(() => addPasskey(asked.step_up, asked.offer))) {
        say(t("security.passkey_added"));
        await this.look();
      }
    };
    const remove = (one: PasskeyOut) => void this.confirmed("remove_factor", `passkey:${one.id}`, one.name, (step_up) => removePasskey(one.id, step_up));
    return html`<section><h2>${word("factor", "passkey")}</h2>
      ${canPasskey() ? nothing : html`<p class="quiet">${t("ways.no_passkeys")}</p>`}
      <ul class="rows">${this.passkeys.map((one) => html`<li><span><strong>${one.name}</strong><br />
        <span class="quiet">${t("security.since", { at: moment(one.created_at) })}</span></span>
        <button aria-label=${t("security.remove_of", { name: one.name })} @click=${() => remove(one)}>${t("security.remove")}</button></li>`)}</ul>
      ${this.passkey
        ? html`<div class="notice"><p>${told(this.passkey.offer.about)}</p><p>${told(this.passkey.offer.lock)}</p><p>${told(this.passkey.offer.elsewhere)}</p>
            <button class="main" @click=${() => void made()}>${t("security.passkey_make")}</button></div>`
        : canPasskey() ? html`<button ?disabled=${this.busy} @click=${add}>${t("security.passkey_add")}</button>` : nothing}</section>`;
  }

  private app({ ways }: FactorsOut): TemplateResult {
    const has = ways.some(({ factor }) => factor === "totp");
    const name = word("factor", "totp");
    const add = () => void this.confirmed("add_factor", "totp", name, async (step_up) => void (this.offered = await offerApp(step_up)));
    const remove = () => void this.confirmed("remove_factor", "totp", name, removeApp);
    const kept = this.typed(async (read) => {
      await keepApp(read("code"));
      this.offered = undefined;
      say(t("security.app_added"));
      this.factors = await factors();
    });
    if (this.offered) {
      return html`<section><h2>${name}</h2><p>${t("security.app_help")}</p>
        <div class="qr" role="img" aria-label=${t("security.qr")}>${unsafeSVG(this.offered.qr_svg)}</div>
        <p>${t("security.by_hand")} <code>${this.offered.secret}</code></p>
        <form @submit=${kept}><label>${name}<input name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="6" required /></label>
        <button class="main" ?disabled=${this.busy}>${t("go_on")}</button></form></section>`;
    }
    return html`<section><h2>${name}</h2><p>${has ? t("security.app_on") : t("security.app_off")}</p>
      ${has ? html`<button ?disabled=${this.busy} @click=${remove}>${t("security.remove")}</button>` : html`<button ?disabled=${this.busy} @click=${add}>${t("security.app_add")}</button>`}</section>`;
  }

  private recovery({ recovery_codes_left }: FactorsOut): TemplateResult {
    const draw = () => void this.confirmed("draw_recovery_codes", "", "", async (step_up) => void (this.codes = await drawCodes(step_up)));
    return html`<section><h2>${word("factor", "recovery_code")}</h2><p>${t("security.codes_left", { n: recovery_codes_left })}</p>
      ${this.codes.length === 0 ? nothing : html`<p>${t("security.codes_help")}</p><ol class="codes">${this.codes.map((one) => html`<li><code>${one}</code></li>`)}</ol>
        <button @click=${() => window.print()}>${t("security.print")}</button>`}
      <button ?disabled=${this.busy} @click=${draw}>${t("security.codes_draw")}</button></section>`;
  }

  private password(): TemplateResult {
    const set = (event: SubmitEvent) => {
      event.preventDefault();
      const form = event.target as HTMLFormElement;
      const password = String(new FormData(form).get("password"));
      void this.confirmed("change_password", "", "", async (step_up) => {
        await changePassword(step_up, password);
        form.reset();
        say(t("security.password_set"));
      });
    };
    return html`<section><h2>${word("factor", "password")}</h2><form @submit=${set}>
      <label>${t("security.password_new")}<input name="password" type="password" autocomplete="new-password" minlength="8" maxlength="128" required aria-describedby="password-help" /></label>
      <p class="quiet" id="password-help">${t("register.password_help")}</p>
      <button ?disabled=${this.busy}>${t("security.password_change")}</button></form></section>`;
  }
}
