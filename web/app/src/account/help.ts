import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { CheckOut, ThreadOut, TicketOut } from "../schema.js";
import { closeTicket, isOurs, openTicket, thread, tickets, writeTo } from "./own.js";
import { moment, t, told, word } from "./texts.js";
import { say, View } from "./view.js";

/** What a person can write about. */
const KINDS = ["face_login", "document_photo", "stuck", "account_conflict", "other"] as const;

/** Support: what was written, what is asked, and whether somebody who wrote is of ours. */
@customElement("menshen-support")
export class Support extends View {
  @property() tenant = "";
  @property() applicant = "";
  @state() private tickets: TicketOut[] | undefined;
  @state() private thread: ThreadOut | undefined;
  @state() private checked: CheckOut | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.attempt(() => this.look());
  }

  private async look(): Promise<void> {
    this.tickets = await tickets(this.applicant);
  }

  private async show(id: string): Promise<void> {
    this.thread = await thread(id);
    await this.look();
  }

  override render(): TemplateResult {
    if (this.thread) return this.open(this.thread);
    const { tickets } = this;
    return html`<h1>${t("nav.help")}</h1>${this.refusal()}
      <p><a href=${`/help?tenant=${this.tenant}#/diagnosis`}>${t("help.diagnosis")}</a><br /><span class="quiet">${t("help.diagnosis_help")}</span></p>
      <p><a href=${`/help?tenant=${this.tenant}#/official`}>${t("help.official")}</a><br /><span class="quiet">${t("help.official_help")}</span></p>
      <section><h2>${t("help.tickets")}</h2>
      ${tickets === undefined ? html`<p role="status">${t("loading")}</p>` : tickets.length === 0 ? html`<p class="quiet">${t("help.no_tickets")}</p>` : html`<ul class="rows">${tickets.map((one) => this.ticket(one))}</ul>`}
      ${this.write()}</section>${this.check()}`;
  }

  private ticket({ id, title, status, created_at, due_at }: TicketOut): TemplateResult {
    return html`<li><span><strong>${told(title)}</strong> <span class="tag">${word("ticket", status)}</span><br /><span class="quiet">${moment(created_at)}${due_at && status === "open" ? ` · ${t("help.due", { at: moment(due_at) })}` : ""}</span></span>
      <button aria-label=${t("help.read_of", { what: told(title) })} @click=${() => void this.attempt(() => this.show(id))}>${t("help.read")}</button></li>`;
  }

  private write(): TemplateResult {
    const sent = this.typed(async (read) => {
      const { id } = await openTicket(this.applicant, read("kind"), read("text"));
      await this.show(id);
    });
    return html`<details><summary>${t("help.write")}</summary><form @submit=${sent}>
      <label>${t("help.about")}<select name="kind">${KINDS.map((kind) => html`<option value=${kind}>${word("kind", kind)}</option>`)}</select></label>
      <label>${t("help.text")}<textarea name="text" rows="5" maxlength="2000" required></textarea></label>
      <p class="quiet">${t("help.never")}</p>
      <button class="main" ?disabled=${this.busy}>${t("help.send")}</button></form></details>`;
  }

  private open({ ticket, messages, contacts }: ThreadOut): TemplateResult {
    const sent = this.typed(async (read) => {
      await writeTo(ticket.id, read("text"));
      await this.show(ticket.id);
    });
    const close = () => void this.attempt(async () => {
      await closeTicket(ticket.id);
      say(t("help.closed"));
      this.thread = undefined;
      await this.look();
    });
    return html`<h1>${told(ticket.title)}</h1>${this.refusal()}
      <p><span class="tag">${word("ticket", ticket.status)}</span></p>
      <ol class="thread">${messages.map(({ author, text, created_at, code }) => html`<li class=${author === "staff" ? "theirs" : ""}>
        <p class="quiet">${word("author", author)} · ${moment(created_at)}${code ? ` · ${t("help.code", { code })}` : ""}</p><p class="letter">${text}</p></li>`)}</ol>
      ${contacts.map(({ way, code, created_at }) => html`<p class="quiet">${t("help.contact", { way: word("way", way), code, at: moment(created_at) })}</p>`)}
      ${ticket.status === "closed" ? nothing : html`<form @submit=${sent}><label>${t("help.more")}<textarea name="text" rows="4" maxlength="2000" required></textarea></label>
        <button class="main" ?disabled=${this.busy}>${t("help.send")}</button></form>
        <button class="plain" ?disabled=${this.busy} @click=${close}>${t("help.close")}</button>`}
      <p><button class="plain" @click=${() => (this.thread = undefined)}>${t("back")}</button></p>`;
  }

  /** Whoever calls or writes in our name has a code, and only then. */
  private check(): TemplateResult {
    const asked = this.typed(async (read) => void (this.checked = await isOurs(read("code"))));
    return html`<section><h2>${t("help.check")}</h2><p class="quiet">${t("help.check_help")}</p>
      <form @submit=${asked}><label>${t("help.check_code")}<input name="code" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="40" required /></label>
      <button ?disabled=${this.busy}>${t("help.check_do")}</button></form>
      <div role="status">${this.checked ? html`<p class=${this.checked.genuine ? "notice" : "refusal"}>${told(this.checked.text)}</p>` : nothing}</div></section>`;
  }
}
