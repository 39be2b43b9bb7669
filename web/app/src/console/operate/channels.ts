import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { ListedChannelOut } from "../../schema";
import { api, body } from "../api";
import { t, word } from "../texts";
import { moment } from "../time";
import { say, View } from "../view";
import { grid } from "./grid";
import type { SignedList } from "./signed-list";
import "./signed-list";
import { sure } from "./sure";

const KINDS = ["domain", "mail_sender", "phone", "social", "app"] as const;
type Kind = (typeof KINDS)[number];
/** Where an account or an app is. */
const PLATFORMS: Record<Kind, readonly string[]> = {
  domain: [], mail_sender: [], phone: [],
  social: ["discord", "douyin", "facebook", "github", "instagram", "line", "linkedin", "medium", "reddit", "telegram", "tiktok", "wechat", "weibo", "whatsapp", "x", "xiaohongshu", "youtube"],
  app: ["android", "harmony", "ios", "linux", "macos", "windows"],
};
/** How a value of each kind looks. */
const LIKE: Record<Kind, string> = { domain: "example.com", mail_sender: "help@example.com", phone: "+86 10 1234 5678", social: "example", app: "com.example.app" };

/** What is the tenant's own: hosts, senders, numbers, accounts, apps. */
@customElement("menshen-channels")
export class Channels extends View {
  @state() private channels: ListedChannelOut[] | undefined;
  @state() private kind: Kind = "domain";

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  private async look(): Promise<void> {
    await this.attempt(async () => {
      const found: ListedChannelOut[] = [];
      let after: string | undefined;
      do {
        const page = await body(api.GET("/v1/channels", { params: { query: { limit: 200, ...(after && { after }) } } }));
        found.push(...page.items);
        after = page.next ?? undefined;
      } while (after);
      this.channels = found;
    });
    await this.querySelector<SignedList>("menshen-signed-list")?.look();
  }

  private async add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const text = (name: string) => String(data.get(name) ?? "").trim();
    const optional = Object.fromEntries(["platform", "sha256", "release"].filter(text).map((name) => [name, text(name)]));
    const done = await this.attempt(async () => void (await body(api.POST("/v1/channels", { body: { kind: this.kind, value: text("value"), ...optional } }))));
    if (!done) return;
    form.reset();
    this.kind = "domain";
    say(t("channel.added"));
    await this.look();
  }

  private async takeOff(channel: ListedChannelOut): Promise<void> {
    if (!(await sure({ title: t("channel.remove"), text: t("channel.remove_sure", { value: channel.value }), deed: t("channel.remove") }))) return;
    const params = { path: { id: channel.id } };
    if (!(await this.attempt(async () => void (await body(api.DELETE("/v1/channels/{id}", { params })))))) return;
    say(t("channel.removed"));
    await this.look();
  }

  override render(): TemplateResult {
    const { kind } = this;
    const heads = [t("channel.kind"), t("channel.value"), t("channel.platform"), t("operate.since"), t("operate.actions")];
    return html`<div class="page"><h1>${t("channel.title")}</h1><p class="quiet">${t("channel.help")}</p>${this.refusal()}
      ${this.channels ? grid(t("channel.title"), heads, this.channels.map((channel) => this.row(channel)), t("channel.none")) : nothing}
      <menshen-signed-list kind="channels"></menshen-signed-list>
      <form class="plot card wide" @submit=${this.add}><h2>${t("channel.add")}</h2>
        <label>${t("channel.kind")}<select name="kind" @change=${(event: Event) => (this.kind = (event.target as HTMLSelectElement).value as Kind)}>${KINDS.map((one) => html`<option value=${one} ?selected=${one === kind}>${t(`channel_kind.${one}`)}</option>`)}</select></label>
        ${PLATFORMS[kind].length > 0 ? html`<label>${t("channel.platform")}<select name="platform">${PLATFORMS[kind].map((one) => html`<option value=${one}>${word("platform", one)}</option>`)}</select></label>` : nothing}
        <label>${t("channel.value")}<input name="value" maxlength="253" placeholder=${LIKE[kind]} required autocomplete="off" spellcheck="false" aria-describedby="channel-help" /></label>
        <p class="quiet" id="channel-help">${t(`channel_help.${kind}`)}</p>
        ${kind === "app" ? html`<label>${t("channel.release")}<input name="release" maxlength="40" pattern="[A-Za-z0-9.+_\\-]+" required autocomplete="off" /></label>
          <label>${t("channel.sha256")}<input name="sha256" pattern="[0-9a-fA-F]{64}" maxlength="64" required autocomplete="off" spellcheck="false" /></label>` : nothing}
        <p><button class="main" ?disabled=${this.busy}>${t("channel.add")}</button></p></form></div>`;
  }

  private row(channel: ListedChannelOut): TemplateResult {
    const more = [channel.platform ? word("platform", channel.platform) : "", channel.release ?? ""].filter(Boolean).join(" ");
    return html`<tr><td>${word("channel_kind", channel.kind)}</td><th scope="row">${channel.value}${channel.sha256 ? html`<br /><code class="quiet">SHA-256 ${channel.sha256}</code>` : nothing}</th>
      <td>${more || "–"}</td><td>${moment(channel.created_at)}</td>
      <td><button ?disabled=${this.busy} aria-label=${`${t("channel.remove")} (${channel.value})`} @click=${() => void this.takeOff(channel)}>${t("channel.remove")}</button></td></tr>`;
  }
}
