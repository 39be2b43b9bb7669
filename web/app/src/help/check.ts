import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { api, body } from "../account/api.js";
import type { ChannelOut } from "../schema.js";
import type { Book, Judged } from "./book.js";
import { channelText, kindOf } from "./channel.js";
import type { Standing } from "./lists.js";
import { moment, official, t, told } from "./texts.js";
import { typedIn, View } from "./view.js";

/** What something is, in words. */
interface Verdict {
  value: string;
  verdict: string;
  how: string | undefined;
  title: () => string;
  text: () => string;
  channels: readonly ChannelOut[];
  /** By what it was judged. */
  by: () => string;
}

/** Tells whether something is on the list, only looks like it, or neither. Nothing is ever called safe. */
@customElement("menshen-check")
export class Check extends View {
  @property() tenant = "";
  @property({ attribute: false }) standing!: Standing;
  @property({ attribute: false }) book: Book | undefined;
  @state() private verdict: Verdict | undefined;

  private async judge(value: string): Promise<void> {
    this.verdict = undefined;
    const { standing, book } = this;
    if (standing.is === "holds" && book) {
      const { file, from } = standing;
      this.verdict = byList(value, book.check(value), () => t(`check.by.${from}`, { at: moment(file.issued_at) }));
    } else if (standing.is === "unchecked") {
      const { verdict, how, title, text, channels } = await body(
        api.POST("/v1/public/{tenant}/channels/check", { params: { path: { tenant: this.tenant } }, body: { value } }),
      );
      this.verdict = { value, verdict, how: how ?? undefined, title: () => told(title), text: () => told(text), channels, by: () => t("check.by.asked") };
    }
    await this.updateComplete;
    this.querySelector<HTMLElement>(".verdict")?.focus();
  }

  override willUpdate(changed: Map<string, unknown>): void {
    // What was judged by another list says nothing any more.
    if (changed.has("standing")) this.verdict = undefined;
  }

  override render(): TemplateResult {
    const can = this.standing.is === "holds" || this.standing.is === "unchecked";
    const judge = this.typed((form) => this.judge(typedIn(form, "value")));
    return html`<section><h2>${t("check.title")}</h2>
      ${can ? nothing : html`<p>${t("check.cannot")}</p>`}
      <form @submit=${judge}><label>${t("check.value")}<input name="value" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="2048" required ?disabled=${!can} aria-describedby="check-help" /></label>
        <p class="quiet" id="check-help">${t("check.help")} ${this.standing.is === "unchecked" ? t("check.asks") : t("check.here")}</p>
        <button class="main" ?disabled=${this.busy || !can}>${t("check.do")}</button></form>${this.refusal()}
      ${this.verdict ? this.shown(this.verdict) : nothing}</section>`;
  }

  private shown({ value, verdict, how, title, text, channels, by }: Verdict): TemplateResult {
    const report = () => this.dispatchEvent(new CustomEvent("report", { detail: value, bubbles: true }));
    const stands = how === undefined && verdict === "unknown" ? t("check.elsewhere") : verdict === "official" ? t("check.is") : t("check.imitates");
    return html`<div class="verdict ${verdict}" tabindex="-1" role="group" aria-label=${title()}>
      <h3>${title()}</h3><p class="asked"><code>${value}</code></p><p>${text()}</p>
      ${channels.length === 0 ? nothing : html`<p>${stands}</p><ul class="channels">${channels.map((one) => html`<li>${kindOf(one.kind)}: ${channelText(one)}</li>`)}</ul>`}
      ${verdict === "official" ? nothing : html`<button type="button" @click=${report}>${t("check.report")}</button>`}
      <p class="quiet">${by()}</p></div>`;
  }
}

/** Puts what the page's own copy of the service's code has judged in the service's words. */
function byList(value: string, judged: Judged, by: () => string): Verdict {
  const { verdict, meaning, how, placeless, channels } = judged;
  const text = (): string => {
    const words = official();
    if (meaning) return words.official[meaning];
    if (how) return words.lookalike[how];
    return placeless ? words.where_is_it : words.unknown;
  };
  return { value, verdict, how, title: () => official().verdicts[verdict], text, channels, by };
}
