import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { OidcClientOut, OidcKeyOut } from "../../schema";
import { api, body } from "../api";
import { link } from "../route";
import { t } from "../texts";
import { moment } from "../time";
import { say, View } from "../view";
import "./app";
import { grid } from "./grid";
import { once } from "./once";
import { sure } from "./sure";
import { KINDS, readTerms, termFields } from "./app-terms";

/** Apps that people sign in to with their account, and the keys that sign what they are told. */
@customElement("menshen-apps")
export class Apps extends View {
  /** The app that is looked at, where one is. */
  @property() chosen = "";
  @state() private apps: OidcClientOut[] | undefined;
  @state() private keys: OidcKeyOut[] = [];
  @state() private made: { id: string; name: string; secret: string } | undefined;

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("chosen") && !this.chosen) void this.look();
  }

  private async look(): Promise<void> {
    await this.attempt(async () => {
      const [page, keys] = await Promise.all([body(api.GET("/v1/oidc/clients", { params: { query: { limit: 200 } } })), body(api.GET("/v1/oidc/keys"))]);
      this.apps = page.items;
      this.keys = keys;
    });
  }

  private async add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const sector = String(data.get("sector")).trim();
    const sent = { ...readTerms(data), kind: String(data.get("kind")), ...(sector && { sector }) };
    const done = await this.attempt(async () => {
      const { id, name, secret } = await body(api.POST("/v1/oidc/clients", { body: sent }));
      this.made = { id, name, secret: secret ?? "" };
    });
    if (!done) return;
    form.reset();
    await this.look();
  }

  private async rotate(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement, event.submitter);
    const [alg, how] = [String(data.get("alg")), String(data.get("how"))];
    const text = how === "withdrawn" ? t("oidc_key.withdraw_sure") : t("oidc_key.rotate_sure");
    if (!(await sure({ title: t("oidc_key.rotate"), text, deed: t("oidc_key.rotate") }))) return;
    await this.attempt(async () => {
      this.keys = await body(api.POST("/v1/oidc/keys/rotate", { body: { alg, how } }));
      say(t("oidc_key.rotated"));
    });
  }

  override render(): TemplateResult {
    if (this.chosen) return html`<menshen-app .app_id=${this.chosen}></menshen-app>`;
    const row = (app: OidcClientOut) => html`<tr><th scope="row"><a href=${link("apps", app.id)}>${app.name}</a></th><td>${t(app.kind === "public" ? "app_kind.public" : "app_kind.confidential")}</td>
      <td><code>${app.id}</code></td><td>${app.redirect_uris.map((uri) => html`<div><code>${uri}</code></div>`)}</td><td>${moment(app.created_at)}</td></tr>`;
    const heads = [t("app.name"), t("app.kind"), t("app.client_id"), t("app.redirects"), t("operate.since")];
    return html`<div class="page"><h1>${t("app.title")}</h1><p class="quiet">${t("app.help")}</p>${this.refusal()}
      ${this.made?.secret ? once(t("app.secret", { name: this.made.name, id: this.made.id }), this.made.secret, () => (this.made = undefined)) : nothing}
      ${this.made && !this.made.secret ? html`<p class="notice" role="status">${t("app.no_secret", { name: this.made.name, id: this.made.id })}</p>` : nothing}
      ${this.apps ? grid(t("app.title"), heads, this.apps.map(row), t("app.none")) : nothing}
      <form class="plot card wide" @submit=${this.add}><h2>${t("app.add")}</h2>${termFields()}
        <label>${t("app.kind")}<select name="kind">${KINDS.map((kind) => html`<option value=${kind}>${t(`app_kind.${kind}`)}</option>`)}</select></label>
        <label>${t("app.sector")}<input name="sector" maxlength="100" pattern="[A-Za-z0-9.\\-]+" autocomplete="off" aria-describedby="sector-help" /></label><p class="quiet" id="sector-help">${t("app.sector_help")}</p>
        <p><button class="main" ?disabled=${this.busy}>${t("app.add")}</button></p></form>${this.signing()}</div>`;
  }

  private signing(): TemplateResult {
    const now = Date.now();
    const state = (key: OidcKeyOut) => key.ends_at ? t("oidc_key.until", { at: moment(key.ends_at) }) : Date.parse(key.active_from) > now ? t("oidc_key.from", { at: moment(key.active_from) }) : t("oidc_key.signs");
    const row = (key: OidcKeyOut) => html`<tr><th scope="row"><code>${key.id}</code></th><td>${key.alg}</td><td>${state(key)}</td><td>${moment(key.active_from)}</td></tr>`;
    return html`<section class="wide-plot"><h2>${t("oidc_key.title")}</h2><p class="quiet">${t("oidc_key.help")}</p>
      ${grid(t("oidc_key.title"), [t("oidc_key.kid"), t("oidc_key.alg"), t("oidc_key.state"), t("oidc_key.active")], this.keys.map(row), t("oidc_key.none"))}
      ${this.keys.length > 0 ? html`<form class="inline" @submit=${this.rotate}><label>${t("oidc_key.alg")}<select name="alg"><option>ES256</option><option>EdDSA</option></select></label>
        <button name="how" value="planned" ?disabled=${this.busy}>${t("oidc_key.rotate")}</button><button name="how" value="withdrawn" ?disabled=${this.busy}>${t("oidc_key.withdraw")}</button></form>` : nothing}</section>`;
  }
}
