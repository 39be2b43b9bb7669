import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { DeliveryOut } from "../../schema";
import { api, body } from "../api";
import { number, t, word } from "../texts";
import { fromNow, moment } from "../time";
import { say, View } from "../view";
import { Again } from "./again";
import { grid } from "./grid";

/** How often the log is read again while something waits, in milliseconds. */
const LOOK = 3_000;
/** Records on a page. */
const SOME = 50;

/** What became of each event at an address. */
@customElement("menshen-deliveries")
export class Deliveries extends View {
  @property() hook_id = "";
  /** Are events sent there? If not, nothing can be sent again either. */
  @property({ type: Boolean }) enabled = false;
  @state() private rows: DeliveryOut[] | undefined;
  @state() private next: string | undefined;
  readonly again = new Again(this, LOOK, () => void this.follow());

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("hook_id")) void this.look();
  }

  /** Reads the log from its newest entry on, or on from an entry. */
  async look(after?: string): Promise<void> {
    await this.attempt(() => this.read(after));
  }

  private async read(after?: string): Promise<void> {
    const params = { path: { id: this.hook_id }, query: { limit: SOME, ...(after && { after }) } };
    const page = await body(api.GET("/v1/webhooks/{id}/deliveries", { params }));
    this.rows = after ? [...(this.rows ?? []), ...page.items] : page.items;
    this.next = page.next ?? undefined;
  }

  /** Follows what is on its way, without a word: whoever reads further down is not thrown back. */
  private async follow(): Promise<void> {
    const soon = Date.now() + LOOK;
    const waits = this.rows?.some((row) => row.state === "ready" && Date.parse(row.next_at ?? "") < soon) ?? false;
    if (!waits || (this.rows?.length ?? 0) > SOME) return;
    await this.read().catch((error: unknown) => (this.problem = error));
  }

  private async resend(row: DeliveryOut): Promise<void> {
    const params = { path: { id: this.hook_id, delivery: row.id } };
    const done = await this.attempt(async () => void (await body(api.POST("/v1/webhooks/{id}/deliveries/{delivery}/resend", { params }))));
    if (!done) return;
    say(t("delivery.resent"));
    await this.look();
  }

  override render(): TemplateResult {
    const heads = [t("delivery.event"), t("delivery.state"), t("delivery.tries"), t("delivery.answer"), t("delivery.next"), t("delivery.planned"), t("operate.actions")];
    return html`<section class="wide-plot"><h2>${t("delivery.title")}</h2><p class="quiet">${t("delivery.help")}</p>${this.refusal()}
      ${this.rows ? grid(t("delivery.title"), heads, this.rows.map((row) => this.row(row)), t("delivery.none")) : nothing}
      <p class="buttons"><button ?disabled=${this.busy} @click=${() => void this.look()}>${t("operate.refresh")}</button>
      ${this.next ? html`<button ?disabled=${this.busy} @click=${() => void this.look(this.next)}>${t("more")}</button>` : nothing}</p></section>`;
  }

  private row(row: DeliveryOut): TemplateResult {
    const again = row.state === "ready" && row.tries > 0;
    const name = again ? "again" : row.state;
    const said = [row.status ? t("delivery.status", { n: String(row.status) }) : "", row.error ? word("delivery_error", row.error) : ""].filter(Boolean).join(t("comma"));
    const shape = row.state === "sent" ? "good" : row.state === "failed" || again ? "late" : "";
    return html`<tr><th scope="row">${word("event", row.event)}<br /><code class="quiet">${row.event}</code></th>
      <td><span class=${shape}>${word("delivery_state", name)}</span></td><td>${number(row.tries)}</td><td>${said || "–"}</td>
      <td>${row.next_at ? html`<time datetime=${row.next_at} title=${moment(row.next_at)}>${fromNow(row.next_at)}</time>` : "–"}</td>
      <td><time datetime=${row.created_at}>${moment(row.created_at)}</time></td>
      <td><button ?disabled=${this.busy || !this.enabled} aria-label=${t("delivery.resend_of", { event: row.event, at: moment(row.created_at) })} @click=${() => void this.resend(row)}>${t("delivery.resend")}</button></td></tr>`;
  }
}
