import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { OidcClientOut } from "../../schema";
import { api, body } from "../api";
import { go, link } from "../route";
import { t } from "../texts";
import { moment } from "../time";
import { say, View } from "../view";
import { readTerms, termFields } from "./app-terms";
import { once } from "./once";
import { sure } from "./sure";

/** Hours for which an old secret may stay good. */
const OVERLAPS = [24, 72, 168, 0] as const;

/** One app that people sign in to: where it sends them, what it may ask for, its secret. */
@customElement("menshen-app")
export class OneApp extends View {
  @property() app_id = "";
  @state() private found: OidcClientOut | undefined;
  @state() private secret: { text: string; until: string } | undefined;

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("app_id")) void this.look();
  }

  private get params() {
    return { path: { id: this.app_id } };
  }

  private async look(): Promise<void> {
    await this.attempt(async () => {
      this.found = await body(api.GET("/v1/oidc/clients/{id}", { params: this.params }));
    });
  }

  private async change(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const terms = readTerms(new FormData(event.target as HTMLFormElement));
    const done = await this.attempt(async () => {
      this.found = await body(api.PUT("/v1/oidc/clients/{id}", { params: this.params, body: terms }));
    });
    if (done) say(t("operate.kept"));
  }

  private async rotate(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const overlap = Number(new FormData(event.target as HTMLFormElement).get("overlap"));
    const text = overlap === 0 ? t("app.rotate_now") : t("app.rotate_sure", { n: overlap });
    if (!(await sure({ title: t("webhook.rotate"), text, deed: t("webhook.rotate") }))) return;
    await this.attempt(async () => {
      const drawn = await body(api.POST("/v1/oidc/clients/{id}/secret", { params: this.params, body: { overlap_hours: overlap } }));
      this.secret = { text: drawn.secret, until: drawn.both_until };
    });
  }

  private async end(app: OidcClientOut): Promise<void> {
    if (!(await sure({ title: t("app.remove"), text: t("app.remove_sure", { name: app.name }), deed: t("app.remove") }))) return;
    if (!(await this.attempt(async () => void (await body(api.DELETE("/v1/oidc/clients/{id}", { params: this.params })))))) return;
    say(t("app.removed"));
    go("apps");
  }

  override render(): TemplateResult {
    const { found: app } = this;
    return html`<div class="page"><p><a href=${link("apps")}>${t("app.back")}</a></p><h1>${app?.name ?? t("app.title")}</h1>${this.refusal()}
      ${this.secret ? once(t("app.rotated", { at: moment(this.secret.until) }), this.secret.text, () => (this.secret = undefined)) : nothing}
      ${app ? html`<dl class="facts"><dt>${t("app.kind")}</dt><dd>${t(app.kind === "public" ? "app_kind.public" : "app_kind.confidential")}</dd><dt>${t("app.client_id")}</dt><dd><code>${app.id}</code></dd>
          <dt>${t("app.issuer")}</dt><dd>${app.issuer ? html`<code>${app.issuer}</code>` : t("app.no_issuer")}</dd><dt>${t("app.sector")}</dt><dd><code>${app.sector}</code></dd><dt>${t("operate.since")}</dt><dd>${moment(app.created_at)}</dd></dl>
        <form class="plot card wide" @submit=${this.change}><h2>${t("app.change")}</h2>${termFields(app)}<p><button class="main" ?disabled=${this.busy}>${t("operate.keep")}</button></p></form>
        ${app.kind === "public" ? nothing : html`<section class="plot"><h2>${t("webhook.rotate")}</h2><p class="quiet">${t("app.rotate_help")}</p>
          <form class="inline" @submit=${this.rotate}><label>${t("app.overlap")}<select name="overlap">${OVERLAPS.map((n) => html`<option value=${n}>${n === 0 ? t("webhook.no_overlap") : t("webhook.n_hours", { n })}</option>`)}</select></label>
          <button ?disabled=${this.busy}>${t("webhook.rotate")}</button></form></section>`}
        <section class="plot"><h2>${t("app.remove")}</h2><p class="quiet">${t("app.remove_help")}</p><p><button ?disabled=${this.busy} @click=${() => void this.end(app)}>${t("app.remove")}</button></p></section>` : nothing}</div>`;
  }
}
