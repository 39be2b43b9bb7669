import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { KeyOut } from "../../schema";
import { api, body } from "../api";
import { may } from "../session";
import { t, word } from "../texts";
import { moment } from "../time";
import { say, View } from "../view";
import { grid } from "./grid";
import { once } from "./once";
import { sure } from "./sure";

/** What a key may be given. Somebody who works here gives only what they have, and never `staff:write`. */
const SCOPES = ["verifications:read", "verifications:write", "personal:read", "privacy:write", "policy:write", "keys:write", "webhooks:write", "audit:read", "screening:read", "screening:write", "blocklist:write"] as const;

/** Keys of programs. */
@customElement("menshen-api-keys")
export class ApiKeys extends View {
  @state() private keys: KeyOut[] | undefined;
  @state() private next: string | undefined;
  @state() private made: { label: string; secret: string } | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  private async look(after?: string): Promise<void> {
    await this.attempt(async () => {
      const page = await body(api.GET("/v1/keys", { params: { query: { limit: 100, ...(after && { after }) } } }));
      this.keys = after ? [...(this.keys ?? []), ...page.items] : page.items;
      this.next = page.next ?? undefined;
    });
  }

  private async add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const days = Number(data.get("days"));
    const sent = { label: String(data.get("label")).trim(), scopes: data.getAll("scopes").map(String), ...(days > 0 && { days }) };
    const done = await this.attempt(async () => {
      const { label, secret } = await body(api.POST("/v1/keys", { body: sent }));
      this.made = { label, secret };
    });
    if (!done) return;
    form.reset();
    await this.look();
  }

  private async revoke(key: KeyOut): Promise<void> {
    if (!(await sure({ title: t("key.revoke"), text: t("key.revoke_sure", { name: key.label }), deed: t("key.revoke") }))) return;
    const params = { path: { id: key.id } };
    if (!(await this.attempt(async () => void (await body(api.DELETE("/v1/keys/{id}", { params })))))) return;
    say(t("key.revoked_now"));
    await this.look();
  }

  override render(): TemplateResult {
    const heads = [t("key.label"), t("key.scopes"), t("key.state"), t("key.used"), t("operate.since"), t("operate.actions")];
    const scopes = SCOPES.filter((scope) => may(scope));
    return html`<div class="page"><h1>${t("key.title")}</h1><p class="quiet">${t("key.help")}</p>${this.refusal()}
      ${this.made ? once(t("key.secret", { name: this.made.label }), this.made.secret, () => (this.made = undefined)) : nothing}
      ${this.keys ? grid(t("key.title"), heads, this.keys.map((key) => this.row(key)), t("key.none")) : nothing}
      ${this.next ? html`<button class="plain more" @click=${() => void this.look(this.next)}>${t("more")}</button>` : nothing}
      <form class="plot card wide" @submit=${this.add}><h2>${t("key.add")}</h2>
        <label>${t("key.label")}<input name="label" maxlength="100" required autocomplete="off" aria-describedby="key-label-help" /></label><p class="quiet" id="key-label-help">${t("key.label_help")}</p>
        <fieldset><legend>${t("key.scopes")}</legend><p class="quiet">${t("key.scopes_help")}</p>
          <div class="choices column">${scopes.map((scope) => html`<label class="check"><input type="checkbox" name="scopes" value=${scope} /><span>${word("scope", scope)} <code class="quiet">${scope}</code></span></label>`)}</div></fieldset>
        <label>${t("key.days")}<input name="days" type="number" min="1" max="3650" value="365" aria-describedby="key-days-help" /></label><p class="quiet" id="key-days-help">${t("key.days_help")}</p>
        <p><button class="main" ?disabled=${this.busy}>${t("key.add")}</button></p></form></div>`;
  }

  private row(key: KeyOut): TemplateResult {
    const over = key.expires_at ? Date.parse(key.expires_at) < Date.now() : false;
    const ends = key.expires_at ? t(over ? "key.ended" : "key.until", { at: moment(key.expires_at) }) : t("key.for_ever");
    const gone = Boolean(key.revoked_at);
    return html`<tr><th scope="row">${key.label}</th>
      <td><span class="codes">${key.scopes.map((scope) => html`<code class="tag" title=${word("scope", scope)}>${scope}</code>`)}</span></td>
      <td>${key.revoked_at ? html`<span class="late">${t("key.revoked", { at: moment(key.revoked_at) })}</span>` : html`<span class=${over ? "late" : ""}>${ends}</span>`}</td>
      <td>${key.last_used_at ? moment(key.last_used_at) : t("key.never_used")}</td><td>${moment(key.created_at)}</td>
      <td>${gone || over ? nothing : html`<button ?disabled=${this.busy} aria-label=${`${t("key.revoke")} (${key.label})`} @click=${() => void this.revoke(key)}>${t("key.revoke")}</button>`}</td></tr>`;
  }
}
