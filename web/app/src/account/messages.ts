import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { NoticeOut } from "../schema.js";
import { announcements, type Announcement } from "./announcements.js";
import { notices } from "./own.js";
import { moment, t, told, word } from "./texts.js";
import { View } from "./view.js";

/** What the person was told, and what everybody is told. */
@customElement("menshen-messages")
export class Messages extends View {
  @property() tenant = "";
  @property() applicant = "";
  @state() private notices: NoticeOut[] | undefined;
  @state() private announcements: Announcement[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.attempt(async () => {
      [this.notices, this.announcements] = await Promise.all([notices(this.applicant), announcements(this.tenant)]);
    });
  }

  override render(): TemplateResult {
    const { notices } = this;
    return html`<h1>${t("nav.messages")}</h1>${this.refusal()}
      ${this.announcements.length === 0 ? nothing : html`<section><h2>${t("messages.announcements")}</h2>${this.announcements.map(announcement)}</section>`}
      <section><h2>${t("messages.yours")}</h2><p class="quiet">${t("messages.help")}</p>
      ${notices === undefined ? html`<p role="status">${t("loading")}</p>` : notices.length === 0 ? html`<p>${t("messages.none")}</p>` : html`<ul class="rows">${notices.map(notice)}</ul>`}</section>`;
  }
}

const notice = ({ subject, body, created_at }: NoticeOut): TemplateResult =>
  html`<li><details><summary><strong>${told(subject)}</strong> <span class="quiet">${moment(created_at)}</span></summary><p class="letter">${told(body)}</p></details></li>`;

const announcement = ({ kind, text, starts_at, ends_at }: Announcement): TemplateResult =>
  html`<div class="notice"><p><span class="tag">${word("announcement", kind)}</span> <span class="quiet">${t("messages.from_to", { from: moment(new Date(starts_at).toISOString()), to: moment(new Date(ends_at).toISOString()) })}</span></p>
    <p class="letter">${told(text)}</p></div>`;
