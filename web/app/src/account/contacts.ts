import { html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ContactOut } from "../schema.js";
import { askToConfirm } from "./confirm.js";
import { contacts, keepContact, offerContact } from "./own.js";
import { patiently } from "./patiently.js";
import { moment, t, word } from "./texts.js";
import { say, View } from "./view.js";

/** Where messages go, and how that is changed: confirmed, proven, and told to the old address. */
@customElement("menshen-contacts")
export class Contacts extends View {
  @property() applicant = "";
  @state() private contacts: ContactOut[] = [];
  @state() private offered: { to: string; shown: string } | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.attempt(() => this.look());
  }

  private async look(): Promise<void> {
    this.contacts = await contacts(this.applicant);
  }

  override render(): TemplateResult {
    return html`<section><h2>${t("contacts.title")}</h2>${this.refusal()}
      <ul class="rows">${this.contacts.map(({ channel, address, since }) => html`<li><span><strong>${address}</strong><br />
        <span class="quiet">${word("channel", channel)} · ${t("security.since", { at: moment(since) })}</span></span></li>`)}</ul>
      ${this.offered ? this.prove(this.offered) : this.change()}</section><menshen-confirm></menshen-confirm>`;
  }

  private change(): TemplateResult {
    const asked = this.typed(async (read) => {
      const to = read("to");
      const step_up = await askToConfirm(this, "change_contact", to, to);
      if (step_up === undefined) return;
      // The code that confirmed it may have gone out a moment ago.
      const shown = await patiently(() => offerContact(to, step_up), () => say(t("ways.waits")));
      this.offered = { to, shown };
    });
    return html`<details><summary>${t("contacts.change")}</summary><form @submit=${asked}>
      <label>${t("register.address")}<input name="to" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="254" required aria-describedby="contact-help" /></label>
      <p class="quiet" id="contact-help">${t("contacts.help")}</p>
      <button ?disabled=${this.busy}>${t("go_on")}</button></form></details>`;
  }

  private prove({ to, shown }: { to: string; shown: string }): TemplateResult {
    const proven = this.typed(async (read) => {
      await keepContact(to, read("code"));
      this.offered = undefined;
      say(t("contacts.changed"));
      await this.look();
    });
    return html`<form @submit=${proven}><p class="notice">${t("ways.sent", { address: shown })}</p>
      <label>${t("register.code")}<input name="code" autocomplete="one-time-code" inputmode="numeric" maxlength="6" required /></label>
      <button class="main" ?disabled=${this.busy}>${t("go_on")}</button>
      <button class="plain" type="button" @click=${() => (this.offered = undefined)}>${t("back")}</button></form>`;
  }
}
