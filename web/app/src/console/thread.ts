import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ContactMadeOut, ThreadOut, TicketMessageOut } from "../schema";
import { api, body } from "./api";
import "./picture";
import { session } from "./session";
import { t, told, word } from "./texts";
import { fromNow, moment } from "./time";
import { say, View } from "./view";

const WAYS = ["phone", "email", "sms", "chat"] as const;

/** One ticket: its thread, its pictures, an answer, contacts beside it. */
@customElement("menshen-thread")
export class Thread extends View {
  @property({ attribute: false }) ticket_id = "";
  @state() private found: ThreadOut | undefined;
  @state() private pictures = new Map<string, string>();
  @state() private drawn: ContactMadeOut | undefined;

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has("ticket_id")) return;
    this.forget();
    this.found = this.drawn = undefined;
    void this.load();
  }

  override disconnectedCallback(): void {
    this.forget();
    super.disconnectedCallback();
  }

  private forget(): void {
    for (const src of this.pictures.values()) URL.revokeObjectURL(src);
    this.pictures = new Map();
  }

  private get path() {
    return { params: { path: { id: this.ticket_id } } };
  }

  private async load(): Promise<void> {
    await this.attempt(async () => {
      const id = this.ticket_id;
      const found = await body(api.GET("/v1/support/tickets/{id}", this.path));
      this.found = found;
      for (const attachment of found.messages.flatMap((message) => message.attachments)) {
        if (this.pictures.has(attachment)) continue;
        const params = { path: { id, attachment } };
        const bytes = await body(api.GET("/v1/support/tickets/{id}/attachments/{attachment}", { params, parseAs: "arrayBuffer" }));
        if (this.ticket_id !== id) return;
        const src = URL.createObjectURL(new Blob([bytes as unknown as ArrayBuffer], { type: "image/jpeg" }));
        this.pictures = new Map(this.pictures).set(attachment, src);
      }
    });
  }

  private async answer(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const text = String(new FormData(form).get("answer")).trim();
    if (!text) return;
    const done = await this.attempt(async () => {
      const sent = await body(api.POST("/v1/support/tickets/{id}/messages", { ...this.path, body: { text } }));
      say(t("ticket.sent", { code: sent.code ?? "" }));
    });
    if (!done) return;
    form.reset();
    await this.changed();
  }

  private async close(): Promise<void> {
    const done = await this.attempt(async () => void (await body(api.POST("/v1/support/tickets/{id}/close", this.path))));
    if (!done) return;
    say(t("ticket.closed"));
    await this.changed();
  }

  private async contact(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const way = String(new FormData(event.target as HTMLFormElement).get("way"));
    const done = await this.attempt(async () => {
      this.drawn = await body(api.POST("/v1/support/tickets/{id}/contacts", { ...this.path, body: { way } }));
    });
    if (done) await this.load();
  }

  private async changed(): Promise<void> {
    this.dispatchEvent(new CustomEvent("changed"));
    await this.load();
  }

  override render(): TemplateResult {
    if (!this.found) return html`${this.refusal()}${this.problem ? nothing : html`<p role="status">${t("loading")}</p>`}`;
    const { ticket, messages } = this.found;
    const open = ticket.status !== "closed";
    return html`<article class="thread">
      <h2>${told(ticket.title)} <span class="tag">${word("tickets", ticket.status)}</span></h2>
      <p class="quiet">${t("ticket.asked", { at: moment(ticket.created_at) })}${ticket.due_at ? html` <span class=${ticket.overdue ? "late" : ""}>${t(ticket.overdue ? "case.late" : "case.due", { at: fromNow(ticket.due_at) })}</span>` : nothing}</p>
      <ol class="messages" aria-label=${t("ticket.thread")}>${messages.map((message) => this.message(message))}</ol>
      ${this.diagnostics()}${this.refusal()}
      ${open ? html`<form class="note" @submit=${this.answer}>
          <label>${t("ticket.answer")}<textarea name="answer" rows="4" maxlength="4000" required aria-describedby="answer-help"></textarea></label>
          <p class="quiet" id="answer-help">${t("ticket.answer_help")}</p>
          <p class="buttons"><button class="main" ?disabled=${this.busy}>${t("ticket.send")}</button>
            ${ticket.status === "answered" ? html`<button type="button" ?disabled=${this.busy} @click=${() => void this.close()}>${t("ticket.close")}</button>` : nothing}</p>
        </form>` : nothing}
      ${this.contacts(open)}
    </article>`;
  }

  private message(message: TicketMessageOut): TemplateResult {
    const mine = message.staff === session()?.id;
    const who = message.author === "staff" ? t(mine ? "ticket.you" : "ticket.staff") : message.author === "integrator" ? t("ticket.integrator") : t("ticket.person");
    return html`<li class=${message.author === "staff" ? "ours" : "theirs"}>
      <p class="line"><strong>${who}</strong><time class="quiet" datetime=${message.created_at}>${moment(message.created_at)}</time>
        ${message.code ? html`<span class="tag">${t("ticket.code", { code: message.code })}</span>` : nothing}</p>
      <p class="text">${message.text}</p>
      ${message.attachments.length > 0 ? html`<div class="pictures">${message.attachments.map((id, n) => this.picture(id, n + 1))}</div>` : nothing}
    </li>`;
  }

  private picture(id: string, n: number): TemplateResult {
    const src = this.pictures.get(id);
    const label = t("ticket.attachment", { n });
    if (!src) return html`<figure class="absent"><figcaption>${label}</figcaption><p role="status">${t("loading")}</p></figure>`;
    return html`<menshen-picture natural .src=${src} .label=${label}></menshen-picture>`;
  }

  private diagnostics(): TemplateResult | typeof nothing {
    const told = Object.entries(this.found?.diagnostics ?? {}).filter(([, value]) => value !== null && String(value) !== "");
    if (told.length === 0) return nothing;
    return html`<details open><summary>${t("ticket.diagnostics")}</summary><dl class="facts">${told.map(([name, value]) => html`
      <dt>${word("diagnostic", name)}</dt><dd><code>${Array.isArray(value) ? value.join(", ") : String(value)}</code></dd>`)}</dl></details>`;
  }

  private contacts(open: boolean): TemplateResult {
    const contacts = this.found?.contacts ?? [];
    return html`<section><h3>${t("ticket.contacts")}</h3>
      ${contacts.length > 0 ? html`<ul class="reasons">${contacts.map((one) => html`<li>${word("way", one.way)} <span class="quiet">${moment(one.created_at)}</span> <code>${t("ticket.code_until", { code: one.code, at: moment(one.expires_at) })}</code></li>`)}</ul>` : nothing}
      ${open ? html`<form class="inline" @submit=${this.contact}><label>${t("ticket.way")}<select name="way">${WAYS.map((way) => html`<option value=${way}>${t(`way.${way}`)}</option>`)}</select></label>
          <button ?disabled=${this.busy}>${t("ticket.draw")}</button></form><p class="quiet">${t("ticket.contact_help")}</p>` : nothing}
      ${this.drawn ? html`<p class="notice" role="status"><code>${t("ticket.code_until", { code: this.drawn.code, at: moment(this.drawn.expires_at) })}</code></p>` : nothing}
    </section>`;
  }
}
