import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { TicketOut } from "../schema";
import { api, body } from "./api";
import { further } from "./cursor";
import { onKeys } from "./keys";
import { link } from "./route";
import { t, told } from "./texts";
import "./thread";
import { age, fromNow } from "./time";
import { View } from "./view";

const STATES = ["open", "answered", "closed"] as const;

/** Tickets, first what is due first, and the one that is open. */
@customElement("menshen-tickets")
export class Tickets extends View {
  /** The ticket that is open. */
  @property() chosen = "";
  @state() private status: (typeof STATES)[number] = "open";
  @state() private tickets: TicketOut[] = [];
  @state() private next: string | undefined;
  @state() private loaded = false;
  private stop: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.stop = onKeys({ j: () => this.step(1), k: () => this.step(-1) });
    void this.look();
  }

  override disconnectedCallback(): void {
    this.stop?.();
    super.disconnectedCallback();
  }

  private async look(after?: string): Promise<void> {
    await this.attempt(async () => {
      const query = { status: this.status, limit: 50, ...(after && { after }) };
      const page = await body(api.GET("/v1/support/tickets", { params: { query } }));
      this.tickets = after ? [...this.tickets, ...page.items] : page.items;
      this.next = page.next ?? undefined;
    });
    this.loaded = true;
  }

  private step(by: number): void {
    const focused = (document.activeElement as HTMLElement | null)?.dataset["ticket"] ?? "";
    const to = further(this.tickets.map((one) => one.id), focused || this.chosen, focused || this.chosen ? by : 0);
    this.querySelector<HTMLElement>(`[data-ticket="${to}"]`)?.focus();
  }

  private turn(status: (typeof STATES)[number]): void {
    this.status = status;
    this.loaded = false;
    this.tickets = [];
    void this.look();
  }

  override render(): TemplateResult {
    return html`<div class="panes">
      <section class="list" aria-label=${t("tickets.title")}>
        <h1>${t("tickets.title")}</h1>
        <div class="tabs" role="group" aria-label=${t("case.state")}>${STATES.map((status) => html`
          <button class="tab" aria-pressed=${this.status === status ? "true" : "false"} @click=${() => this.turn(status)}>${t(`tickets.${status}`)}</button>`)}</div>
        ${this.refusal()}
        <ul class="rows" aria-label=${t("tickets.list")}>${this.tickets.map((one) => this.row(one))}</ul>
        ${this.loaded && this.tickets.length === 0 ? html`<p class="empty">${t("tickets.none")}</p>` : nothing}
        ${this.next ? html`<button class="plain more" @click=${() => void this.look(this.next)}>${t("more")}</button>` : nothing}
      </section>
      <section class="detail" aria-label=${t("ticket.thread")}>
        ${this.chosen ? html`<menshen-thread .ticket_id=${this.chosen} @changed=${() => void this.look()}></menshen-thread>` : html`<p class="empty">${t("tickets.none_chosen")}</p>`}
      </section>
    </div>`;
  }

  private row(one: TicketOut): TemplateResult {
    const due = one.due_at ? html`<span class=${one.overdue ? "late" : ""}>${t(one.overdue ? "case.late" : "case.due", { at: fromNow(one.due_at) })}</span>` : nothing;
    return html`<li><a class="row" data-ticket=${one.id} href=${link("ticket", one.id)} aria-current=${one.id === this.chosen ? "true" : "false"}>
      <span class="line"><strong>${told(one.title)}</strong><span class="grow"></span><span class="quiet">${age(one.since, 1)}</span></span>
      <span class="line quiet">${due}</span>
    </a></li>`;
  }
}
