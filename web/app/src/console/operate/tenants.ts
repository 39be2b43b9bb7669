import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { TenantOut } from "../../schema";
import { api } from "../api";
import { t } from "../texts";
import { moment } from "../time";
import { say, View } from "../view";
import { grid } from "./grid";
import { asInstallation, withKey } from "./installation";
import { once } from "./once";

/** Tenants of the installation. No role of a tenant may see them: whoever runs the installation shows its key, which stays in this part's memory. */
@customElement("menshen-tenants")
export class Tenants extends View {
  private key = "";
  @state() private tenants: TenantOut[] | undefined;
  @state() private next: string | undefined;
  @state() private made: { name: string; secret: string } | undefined;

  private async look(after?: string): Promise<boolean> {
    return this.attempt(async () => {
      const page = await asInstallation(api.GET("/v1/tenants", { headers: withKey(this.key), params: { query: { limit: 100, ...(after && { after }) } } }));
      this.tenants = after ? [...(this.tenants ?? []), ...page.items] : page.items;
      this.next = page.next ?? undefined;
    });
  }

  private async unlock(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    this.key = String(new FormData(form).get("key")).trim();
    if (!(await this.look())) this.key = "";
    form.reset();
  }

  private lock(): void {
    this.key = "";
    this.tenants = undefined;
    this.made = undefined;
  }

  override disconnectedCallback(): void {
    this.lock();
    super.disconnectedCallback();
  }

  private async add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const sent = { name: String(data.get("name")).trim(), sandbox: data.get("kind") === "sandbox" };
    const done = await this.attempt(async () => {
      const { name, secret } = await asInstallation(api.POST("/v1/tenants", { headers: withKey(this.key), body: sent }));
      this.made = { name, secret: secret ?? "" };
    });
    if (!done) return;
    form.reset();
    say(t("tenant.added"));
    await this.look();
  }

  override render(): TemplateResult {
    return html`<div class="page"><h1>${t("tenant.title")}</h1>${this.refusal()}${this.tenants ? this.open(this.tenants) : html`<p>${t("tenant.help")}</p>
      <form class="card" @submit=${this.unlock}><label>${t("tenant.key")}<input name="key" type="password" required autocomplete="off" spellcheck="false" aria-describedby="tenant-key-help" /></label>
        <p class="quiet" id="tenant-key-help">${t("tenant.key_help")}</p><p><button class="main" ?disabled=${this.busy}>${t("tenant.unlock")}</button></p></form>`}</div>`;
  }

  private open(tenants: TenantOut[]): TemplateResult {
    const row = (one: TenantOut) => html`<tr><th scope="row">${one.name}<br /><code class="quiet">${one.id}</code></th><td>${t(one.sandbox ? "tenant.sandbox" : "tenant.live")}</td><td><code>${one.policy}</code></td><td>${moment(one.created_at)}</td></tr>`;
    return html`${this.made ? once(t("tenant.secret", { name: this.made.name }), this.made.secret, () => (this.made = undefined)) : nothing}
      ${grid(t("tenant.title"), [t("tenant.name"), t("tenant.kind"), t("nav.policy"), t("operate.since")], tenants.map(row), t("tenant.none"))}
      ${this.next ? html`<button class="plain more" @click=${() => void this.look(this.next)}>${t("more")}</button>` : nothing}
      <form class="plot card" @submit=${this.add}><h2>${t("tenant.add")}</h2><label>${t("tenant.name")}<input name="name" maxlength="100" required autocomplete="off" /></label>
        <label>${t("tenant.kind")}<select name="kind"><option value="live">${t("tenant.live")}</option><option value="sandbox">${t("tenant.sandbox")}</option></select></label>
        <p><button class="main" ?disabled=${this.busy}>${t("tenant.add")}</button></p></form>
      <p><button @click=${() => this.lock()}>${t("tenant.lock")}</button></p>`;
  }
}
