import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { AnnouncementOut } from "../../schema";
import { api, body } from "../api";
import { t, word } from "../texts";
import { moment } from "../time";
import { say, View } from "../view";
import type { SignedList } from "./signed-list";
import "./signed-list";
import { sure } from "./sure";

const KINDS = ["notice", "maintenance", "warning"] as const;

/** What is told to everybody, in both languages. */
@customElement("menshen-announcements")
export class Announcements extends View {
  @state() private all: AnnouncementOut[] | undefined;
  @state() private next: string | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  private async look(after?: string): Promise<void> {
    await this.attempt(async () => {
      const page = await body(api.GET("/v1/announcements", { params: { query: { limit: 50, ...(after && { after }) } } }));
      this.all = after ? [...(this.all ?? []), ...page.items] : page.items;
      this.next = page.next ?? undefined;
    });
    await this.querySelector<SignedList>("menshen-signed-list")?.look();
  }

  private async add(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const text = (name: string) => String(data.get(name) ?? "").trim();
    // A moment is typed in the operator's own time zone.
    const at = (name: string) => new Date(text(name)).toISOString();
    const sent = {
      kind: text("kind"), text: { "zh-CN": text("zh"), en: text("en") },
      ...(text("starts") && { starts_at: at("starts") }), ends_at: at("ends"),
    };
    if (!(await sure({ title: t("announcement.add"), text: t("announcement.add_sure"), deed: t("announcement.add") }))) return;
    if (!(await this.attempt(async () => void (await body(api.POST("/v1/announcements", { body: sent })))))) return;
    form.reset();
    say(t("announcement.added"));
    await this.look();
  }

  private async withdraw(one: AnnouncementOut): Promise<void> {
    if (!(await sure({ title: t("announcement.withdraw"), text: t("announcement.withdraw_sure"), deed: t("announcement.withdraw") }))) return;
    const params = { path: { id: one.id } };
    if (!(await this.attempt(async () => void (await body(api.DELETE("/v1/announcements/{id}", { params })))))) return;
    say(t("announcement.withdrawn"));
    await this.look();
  }

  override render(): TemplateResult {
    return html`<div class="page"><h1>${t("announcement.title")}</h1><p class="quiet">${t("announcement.help")}</p>${this.refusal()}
      ${this.all?.length === 0 ? html`<p class="empty">${t("announcement.none")}</p>` : nothing}
      <ul class="plain-list told">${this.all?.map((one) => this.one(one))}</ul>
      ${this.next ? html`<button class="plain more" @click=${() => void this.look(this.next)}>${t("more")}</button>` : nothing}
      <menshen-signed-list kind="announcements"></menshen-signed-list>
      <form class="plot card wide" @submit=${this.add}><h2>${t("announcement.add")}</h2>
        <label>${t("announcement.kind")}<select name="kind">${KINDS.map((kind) => html`<option value=${kind}>${t(`announcement_kind.${kind}`)}</option>`)}</select></label>
        <label>${t("announcement.zh")}<textarea name="zh" rows="3" maxlength="2000" lang="zh-CN" required></textarea></label>
        <label>${t("announcement.en")}<textarea name="en" rows="3" maxlength="2000" lang="en" required></textarea></label>
        <label>${t("announcement.starts")}<input name="starts" type="datetime-local" aria-describedby="starts-help" /></label><p class="quiet" id="starts-help">${t("announcement.starts_help")}</p>
        <label>${t("announcement.ends")}<input name="ends" type="datetime-local" required /></label>
        <p><button class="main" ?disabled=${this.busy}>${t("announcement.add")}</button></p></form></div>`;
  }

  private one(one: AnnouncementOut): TemplateResult {
    const now = Date.now();
    const [from, until] = [Date.parse(one.starts_at), Date.parse(one.ends_at)];
    const state = now < from ? "to_come" : now < until ? "holds" : "over";
    return html`<li class="plot"><p class="line"><strong>${word("announcement_kind", one.kind)}</strong> <span class="tag">${t(`announcement.${state}`)}</span><span class="grow"></span>
        <button ?disabled=${this.busy} aria-label=${`${t("announcement.withdraw")} (${moment(one.created_at)})`} @click=${() => void this.withdraw(one)}>${t("announcement.withdraw")}</button></p>
      <p class="text" lang="zh-CN">${one.text["zh-CN"]}</p><p class="text" lang="en">${one.text.en}</p>
      <p class="quiet">${t("announcement.time", { from: moment(one.starts_at), until: moment(one.ends_at) })}</p></li>`;
  }
}
