import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { WebhookOut } from "../../schema";
import { api, body } from "../api";
import { go, link } from "../route";
import { t, word } from "../texts";
import { moment } from "../time";
import { say, View } from "../view";
import type { Deliveries } from "./deliveries";
import "./deliveries";
import { eventChoice } from "./events";
import { once } from "./once";
import { sure } from "./sure";
import { stateOf } from "./webhooks";

/** Hours for which an old secret may go on signing. */
const OVERLAPS = [24, 72, 168, 0] as const;

/** One address that events are sent to: what it is told, its secret, and what became of each delivery. */
@customElement("menshen-webhook")
export class Webhook extends View {
  @property() hook_id = "";
  @state() private hook: WebhookOut | undefined;
  @state() private secret: { text: string; until: string } | undefined;
  @state() private changing = false;

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("hook_id")) void this.look();
  }

  private get params() {
    return { path: { id: this.hook_id } };
  }

  private async look(): Promise<void> {
    await this.attempt(async () => {
      this.hook = await body(api.GET("/v1/webhooks/{id}", { params: this.params }));
    });
  }

  private async put(terms: { url: string; events: string[]; enabled: boolean }): Promise<void> {
    const done = await this.attempt(async () => {
      this.hook = await body(api.PUT("/v1/webhooks/{id}", { params: this.params, body: terms }));
    });
    if (!done) return;
    this.changing = false;
    say(t("operate.kept"));
  }

  private async change(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    await this.put({ url: String(data.get("url")).trim(), events: data.getAll("events").map(String), enabled: this.hook?.enabled ?? true });
  }

  private async test(): Promise<void> {
    const done = await this.attempt(async () => void (await body(api.POST("/v1/webhooks/{id}/test", { params: this.params }))));
    if (!done) return;
    say(t("webhook.tested"));
    await this.querySelector<Deliveries>("menshen-deliveries")?.look();
  }

  private async rotate(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const overlap = Number(new FormData(event.target as HTMLFormElement).get("overlap"));
    const text = overlap === 0 ? t("webhook.rotate_now") : t("webhook.rotate_sure", { n: overlap });
    if (!(await sure({ title: t("webhook.rotate"), text, deed: t("webhook.rotate") }))) return;
    await this.attempt(async () => {
      const drawn = await body(api.POST("/v1/webhooks/{id}/rotate", { params: this.params, body: { overlap_hours: overlap } }));
      this.secret = { text: drawn.secret, until: drawn.both_until };
    });
  }

  private async forget(): Promise<void> {
    if (!(await sure({ title: t("webhook.forget"), text: t("webhook.forget_sure"), deed: t("webhook.forget") }))) return;
    if (!(await this.attempt(async () => void (await body(api.DELETE("/v1/webhooks/{id}", { params: this.params })))))) return;
    say(t("webhook.forgotten"));
    go("webhooks");
  }

  override render(): TemplateResult {
    const { hook } = this;
    return html`<div class="page"><p><a href=${link("webhooks")}>${t("webhook.back")}</a></p>
      <h1 class="text">${hook?.url ?? t("webhook.title")}</h1>${this.refusal()}
      ${this.secret ? once(t("webhook.rotated", { at: moment(this.secret.until) }), this.secret.text, () => (this.secret = undefined)) : nothing}
      ${hook ? html`${this.changing ? this.form(hook) : this.facts(hook)}
        <menshen-deliveries .hook_id=${hook.id} .enabled=${hook.enabled}></menshen-deliveries>
        <section class="plot"><h2>${t("webhook.rotate")}</h2><p class="quiet">${t("webhook.rotate_help")}</p>
          <form class="inline" @submit=${this.rotate}><label>${t("webhook.overlap")}<select name="overlap">${OVERLAPS.map((n) => html`<option value=${n}>${n === 0 ? t("webhook.no_overlap") : t("webhook.n_hours", { n })}</option>`)}</select></label>
            <button ?disabled=${this.busy}>${t("webhook.rotate")}</button></form></section>
        <section class="plot"><h2>${t("webhook.forget")}</h2><p class="quiet">${t("webhook.forget_help")}</p><p><button ?disabled=${this.busy} @click=${() => void this.forget()}>${t("webhook.forget")}</button></p></section>` : nothing}</div>`;
  }

  private facts(hook: WebhookOut): TemplateResult {
    const { url, events, enabled } = hook;
    return html`<dl class="facts"><dt>${t("webhook.state")}</dt><dd>${stateOf(hook)}</dd>
        <dt>${t("operate.since")}</dt><dd>${moment(hook.created_at)}</dd>
        <dt>${t("webhook.events")}</dt><dd>${events.length === 0 ? t("webhook.all_events") : html`<ul class="plain-list">${events.map((name) => html`<li>${word("event", name)} <code class="quiet">${name}</code></li>`)}</ul>`}</dd></dl>
      <p class="buttons"><button class="main" ?disabled=${this.busy || !enabled} @click=${() => void this.test()}>${t("webhook.test")}</button>
        <button ?disabled=${this.busy} @click=${() => (this.changing = true)}>${t("webhook.change")}</button>
        <button ?disabled=${this.busy} @click=${() => void this.put({ url, events, enabled: !enabled })}>${t(enabled ? "webhook.disable" : "webhook.enable")}</button></p>`;
  }

  private form(hook: WebhookOut): TemplateResult {
    return html`<form class="plot card wide" @submit=${this.change}><h2>${t("webhook.change")}</h2>
      <label>${t("webhook.url")}<input name="url" type="url" maxlength="2048" required autocomplete="off" .value=${hook.url} /></label>
      ${eventChoice(hook.events)}
      <p class="buttons"><button class="main" ?disabled=${this.busy}>${t("operate.keep")}</button><button type="button" @click=${() => (this.changing = false)}>${t("cancel")}</button></p></form>`;
  }
}
