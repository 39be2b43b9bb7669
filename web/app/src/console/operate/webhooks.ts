import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { WebhookOut } from "../../schema";
import { api, body } from "../api";
import { link } from "../route";
import { counted, t } from "../texts";
import { moment } from "../time";
import { View } from "../view";
import { eventChoice } from "./events";
import { grid } from "./grid";
import { once } from "./once";
import "./webhook";

/** Addresses that events are sent to. */
@customElement("menshen-webhooks")
export class Webhooks extends View {
  /** The address that is looked at, where one is. */
  @property() chosen = "";
  @state() private hooks: WebhookOut[] | undefined;
  @state() private secret = "";

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("chosen") && !this.chosen) void this.look();
  }

  private async look(): Promise<void> {
    await this.attempt(async () => {
      this.hooks = (await body(api.GET("/v1/webhooks", { params: { query: { limit: 200 } } }))).items;
    });
  }

  private async add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const sent = { url: String(data.get("url")).trim(), events: data.getAll("events").map(String), enabled: true };
    const done = await this.attempt(async () => {
      this.secret = (await body(api.POST("/v1/webhooks", { body: sent }))).secret;
    });
    if (!done) return;
    form.reset();
    await this.look();
  }

  override render(): TemplateResult {
    if (this.chosen) return html`<menshen-webhook .hook_id=${this.chosen}></menshen-webhook>`;
    const heads = [t("webhook.url"), t("webhook.events"), t("webhook.state"), t("operate.since")];
    const row = (hook: WebhookOut) => html`<tr><th scope="row"><a href=${link("webhooks", hook.id)}>${hook.url}</a></th>
      <td>${hook.events.length === 0 ? t("webhook.all_events") : counted("webhook.n_events", hook.events.length)}</td>
      <td>${stateOf(hook)}</td><td>${moment(hook.created_at)}</td></tr>`;
    return html`<div class="page"><h1>${t("webhook.title")}</h1><p class="quiet">${t("webhook.help")}</p>${this.refusal()}
      ${this.secret ? once(t("webhook.secret"), this.secret, () => (this.secret = "")) : nothing}
      ${this.hooks ? grid(t("webhook.title"), heads, this.hooks.map(row), t("webhook.none")) : nothing}
      <form class="plot card wide" @submit=${this.add}><h2>${t("webhook.add")}</h2>
        <label>${t("webhook.url")}<input name="url" type="url" maxlength="2048" placeholder="https://example.com/menshen" required autocomplete="off" /></label>
        ${eventChoice([])}
        <p><button class="main" ?disabled=${this.busy}>${t("webhook.add")}</button></p></form></div>`;
  }
}

/** Says whether events are sent to an address, and if not, why. */
export function stateOf(hook: WebhookOut): TemplateResult {
  if (hook.enabled) return html`<span class="good">${t("webhook.enabled")}</span>`;
  return html`<span class="late">${t(hook.reason === "gone" ? "webhook.gone" : "webhook.by_hand")}</span>`;
}
