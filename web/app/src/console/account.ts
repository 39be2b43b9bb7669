import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { changePassword, drawCodes, endSession, enter, openSessions, session, type OpenSession } from "./session";
import { counted, t, word } from "./texts";
import { moment } from "./time";
import { say, View } from "./view";

/** One's own sign-in: open sessions, password, recovery codes. */
@customElement("menshen-account")
export class Account extends View {
  @state() private sessions: OpenSession[] = [];
  @state() private codes: string[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  private async look(): Promise<void> {
    await this.attempt(async () => {
      this.sessions = await openSessions();
    });
  }

  private async end(one: OpenSession): Promise<void> {
    if (await this.attempt(() => endSession(one.id))) await this.look();
  }

  private async password(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const done = await this.attempt(async () => enter(await changePassword(String(data.get("old")), String(data.get("new")))));
    if (!done) return;
    form.reset();
    say(t("account.changed"));
    await this.look();
  }

  private async draw(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const code = String(new FormData(form).get("code"));
    const done = await this.attempt(async () => {
      this.codes = (await drawCodes(code)).recovery_codes;
    });
    if (done) form.reset();
  }

  override render(): TemplateResult {
    const left = session()?.recovery_codes_left ?? 0;
    return html`<div class="page"><h1>${t("account.title")}</h1>${this.refusal()}
      <section class="plot"><h2>${t("account.sessions")}</h2><ul class="reasons">${this.sessions.map((one) => {
        const what = t("account.on", { browser: word("browser", one.browser), system: word("system", one.system) });
        return html`<li class="line"><span><strong>${what}</strong> <span class="quiet">${t("account.since", { at: moment(one.signed_in_at) })}${t("comma")}${t("account.seen", { at: moment(one.seen_at) })}</span></span>
          <span class="grow"></span>${one.current ? html`<span class="tag">${t("account.this")}</span>` : html`<button aria-label=${t("account.end_of", { what })} @click=${() => void this.end(one)}>${t("account.end")}</button>`}</li>`;
      })}</ul></section>
      <form class="plot card" @submit=${this.password}><h2>${t("account.password")}</h2>
        <label>${t("account.old")}<input name="old" type="password" autocomplete="current-password" required /></label>
        <label>${t("account.new")}<input name="new" type="password" autocomplete="new-password" minlength="12" maxlength="128" required aria-describedby="new-help" /></label>
        <p class="quiet" id="new-help">${t("enrol.password_help")}</p>
        <p><button ?disabled=${this.busy}>${t("account.change")}</button></p></form>
      <form class="plot card" @submit=${this.draw}><h2>${t("account.recovery")}</h2><p>${counted("account.n_left", this.codes.length || left)}</p>
        ${this.codes.length > 0 ? html`<p>${t("recovery.help")}</p><ol class="recovery">${this.codes.map((one) => html`<li><code>${one}</code></li>`)}</ol>
          <p><button type="button" @click=${() => window.print()}>${t("recovery.print")}</button></p>` : nothing}
        <label>${t("factor.code")}<input name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}" maxlength="6" required aria-describedby="draw-help" /></label>
        <p class="quiet" id="draw-help">${t("account.draw_help")}</p>
        <p><button ?disabled=${this.busy}>${t("account.draw")}</button></p></form>
    </div>`;
  }
}
