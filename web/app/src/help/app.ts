import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { tenant } from "../account/route.js";
import "./announcements.js";
import "./diagnosis.js";
import "./official.js";
import { accountOf, here, link, PAGES, type Place } from "./route.js";
import { choose, language, t, word } from "./texts.js";
import { View } from "./view.js";

/** Help without signing in: what to try, and what is official. */
@customElement("menshen-help")
export class HelpPage extends View {
  @state() private place: Place = here();
  @state() private online = navigator.onLine;
  private readonly tenant = tenant();

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("hashchange", () => void this.move());
    for (const event of ["online", "offline"]) window.addEventListener(event, () => (this.online = navigator.onLine));
  }

  private async move(): Promise<void> {
    this.place = here();
    await this.updateComplete;
    // The next part's heading is where a keyboard and a screen reader go on.
    this.querySelector<HTMLElement>("main")?.focus();
    window.scrollTo(0, 0);
  }

  override render(): TemplateResult {
    document.title = t(`title.${this.place}`);
    const other = language() === "en" ? "zh-CN" : "en";
    return html`<header><span class="brand">${t("title.start")}</span>
        <button class="plain" lang=${other} @click=${() => choose(other)}>${t("other_language")}</button></header>
      <main tabindex="-1">${this.tenant === "" ? this.nowhere() : this.inside()}</main>`;
  }

  private nowhere(): TemplateResult {
    return html`<h1>${t("nowhere.title")}</h1><p>${t("nowhere.help")}</p>`;
  }

  private inside(): TemplateResult {
    return html`<nav aria-label=${t("nav.label")}><ul>${PAGES.map((name) => html`<li><a href=${link(name)} aria-current=${name === this.place ? "page" : "false"}>${word("nav", name)}</a></li>`)}</ul></nav>
      ${this.online ? nothing : html`<p class="notice" role="status">${t("offline")}</p>`}
      ${{
        start: () => this.start(),
        diagnosis: () => html`<menshen-diagnosis .tenant=${this.tenant}></menshen-diagnosis>`,
        official: () => html`<menshen-official .tenant=${this.tenant}></menshen-official>`,
      }[this.place]()}`;
  }

  private start(): TemplateResult {
    const way = (place: Place) => html`<li><a class="way" href=${link(place)}><strong>${word("start", place)}</strong><span>${word("start.help", place)}</span></a></li>`;
    return html`<h1>${t("start.title")}</h1>
      <ul class="ways">${way("diagnosis")}${way("official")}<li><a class="way" href=${accountOf(this.tenant)}><strong>${t("start.account")}</strong><span>${t("start.help.account")}</span></a></li></ul>
      <div class="notice"><p><strong>${t("official.never")}</strong></p><p>${t("official.fraud")}</p></div>
      <menshen-announcements .tenant=${this.tenant}></menshen-announcements>`;
  }
}
