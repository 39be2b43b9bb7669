import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Announcement } from "./book.js";
import { Lists } from "./lists.js";
import type { Standing } from "./lists.js";
import { moment, official, t, told } from "./texts.js";
import { View } from "./view.js";

/** Where the service says whether it can do its work. */
const READY = "/readyz";

/** How the service does, and what is announced: what holds now first, then what is to come, then what is over. */
@customElement("menshen-announcements")
export class Announcements extends View {
  @property() tenant = "";
  @state() private standing: Standing | undefined;
  @state() private status: "ready" | "not_ready" | "unreachable" | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.ask();
    void this.attempt(async () => void (this.standing = await new Lists(this.tenant).look("announcements")));
  }

  private async ask(): Promise<void> {
    try {
      const { ok } = await fetch(READY, { cache: "no-store", credentials: "omit" });
      this.status = ok ? "ready" : "not_ready";
    } catch {
      this.status = "unreachable";
    }
  }

  override render(): TemplateResult {
    return html`<section><h2>${t("news.title")}</h2><p role="status">${this.status ? t(`status.${this.status}`) : ""}</p>${this.refusal()}${this.standing ? this.said(this.standing) : nothing}</section>`;
  }

  private said(standing: Standing): TemplateResult {
    if (standing.is === "none") return html`<p role="status">${t("news.unreachable")}</p>`;
    if (standing.is === "unchecked") return html`<p role="status">${t("news.unchecked")}</p>`;
    if (standing.is === "fault") return html`<div class="refusal" role="alert"><p>${official().file.faults[standing.fault]}</p><p>${official().file.nothing_said}</p></div>`;
    const { list, issued_at } = standing.file;
    const all = "announcements" in list ? list.announcements : [];
    const now = Date.now();
    const groups = [
      ["news.now", all.filter((one) => one.starts_at <= now && now < one.ends_at)],
      ["news.coming", all.filter((one) => now < one.starts_at)],
      ["news.over", all.filter((one) => one.ends_at <= now)],
    ] as const;
    return html`${all.length === 0 ? html`<p>${t("news.none")}</p>` : nothing}
      ${groups.map(([key, of]) => (of.length === 0 ? nothing : html`<h3>${t(key)}</h3><ul class="news">${of.map((one) => this.one(one))}</ul>`))}
      ${standing.from === "kept" ? html`<p class="quiet">${t("news.kept", { at: moment(issued_at) })}</p>` : nothing}`;
  }

  private one({ kind, text, starts_at, ends_at }: Announcement): TemplateResult {
    return html`<li class=${kind}><span class="tag">${official().announcements[kind]}</span> <span class="quiet">${t("news.when", { from: moment(starts_at), to: moment(ends_at) })}</span><p>${told(text)}</p></li>`;
  }
}
