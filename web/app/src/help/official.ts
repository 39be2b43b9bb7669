import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { ChannelOut } from "../schema.js";
import { Book } from "./book.js";
import "./case-code.js";
import "./check.js";
import "./files.js";
import { Lists } from "./lists.js";
import type { Standing } from "./lists.js";
import "./report.js";
import { channelText, kindOf } from "./channel.js";
import { day, moment, official, t } from "./texts.js";
import "./trust.js";
import { View } from "./view.js";

/** In which order kinds of channels are listed. */
const KINDS = ["domain", "mail_sender", "phone", "social"] as const;

/** What is official: the list, what is on it, whether something else is, and what to do about what is not. */
@customElement("menshen-official")
export class Official extends View {
  @property() tenant = "";
  @state() private standing: Standing | undefined;
  @state() private book: Book | undefined;
  @state() private suspect = "";
  private lists!: Lists;

  override connectedCallback(): void {
    super.connectedCallback();
    this.lists = new Lists(this.tenant);
    void this.look();
  }

  private look = async (): Promise<void> => {
    await this.attempt(async () => {
      this.standing = await this.lists.look("channels");
      this.book = await this.lists.book();
    });
  };

  private get channels(): ChannelOut[] {
    const { standing } = this;
    return standing?.is === "holds" && "channels" in standing.file.list ? standing.file.list.channels : [];
  }

  override render(): TemplateResult {
    const { standing } = this;
    return html`<h1>${t("official.title")}</h1>
      <div class="notice"><p><strong>${t("official.never")}</strong></p><p>${t("official.fraud")}</p></div>
      ${this.refusal()}
      ${standing === undefined ? (this.problem === undefined ? html`<p role="status">${t("loading")}</p>` : nothing) : this.inside(standing)}`;
  }

  private inside(standing: Standing): TemplateResult {
    const reported = (event: CustomEvent<string>) => {
      this.suspect = event.detail;
      void this.updateComplete.then(() => this.querySelector<HTMLElement>("menshen-report h2")?.focus());
    };
    return html`<menshen-check .tenant=${this.tenant} .standing=${standing} .book=${this.book} @report=${reported}></menshen-check>
      ${this.status(standing)}
      <menshen-report .tenant=${this.tenant} .suspect=${this.suspect}></menshen-report>
      ${standing.is === "holds" ? this.listed() : nothing}
      <menshen-files .channels=${this.channels} .book=${this.book} .holds=${standing.is === "holds"}></menshen-files>
      <menshen-case-code .tenant=${this.tenant}></menshen-case-code>
      <menshen-trust .lists=${this.lists} @opened=${(event: CustomEvent<Standing>) => (this.standing = event.detail)} @forgotten=${() => void this.look()}></menshen-trust>`;
  }

  /** Says what the list is worth. */
  private status(standing: Standing): TemplateResult {
    const again = html`<button type="button" ?disabled=${this.busy} @click=${() => void this.look()}>${t("list.again")}</button>`;
    if (standing.is === "none") return html`<section class="notice" role="status"><h2>${t("list.title")}</h2><p>${t("list.none")}</p>${again}</section>`;
    if (standing.is === "unchecked") return html`<section class="notice" role="status"><h2>${t("list.title")}</h2><p>${t("list.unchecked")}</p></section>`;
    if (standing.is === "fault") {
      return html`<section role="alert"><h2>${t("list.title")}</h2><div class="refusal"><p><strong>${t(`list.fault.${standing.from}`)}</strong></p><p>${official().file.faults[standing.fault]}</p>
        <p>${official().file.nothing_said}</p>${standing.fault === "unknown_key" ? html`<p>${t("list.other_key")}</p>` : nothing}</div>${again}</section>`;
    }
    const { file, key, from } = standing;
    const { trust } = this.lists;
    return html`<section><h2>${t("list.title")}</h2>
      ${file.sandbox ? html`<p class="refusal">${official().file.sandbox}</p>` : nothing}
      <p role="status">${t(`list.from.${from}`, { at: moment(file.issued_at) })}</p>
      <dl class="facts"><dt>${t("list.of")}</dt><dd>${file.name}</dd><dt>${t("list.number")}</dt><dd>${file.number}</dd>
        <dt>${t("list.until")}</dt><dd>${moment(file.expires_at)}</dd><dt>${t("list.key")}</dt><dd><code>${key}</code></dd></dl>
      ${trust ? html`<p class="quiet">${t(trust.given ? "list.trust.given" : "list.trust.first_use", { day: day(trust.since) })}</p>` : nothing}
      ${from === "kept" ? again : nothing}</section>`;
  }

  private listed(): TemplateResult {
    const listed = this.channels;
    const some = KINDS.map((kind) => [kind, listed.filter((one) => one.kind === kind)] as const).filter(([, of]) => of.length > 0);
    return html`<section><h2>${t("channels.title")}</h2>
      ${some.length === 0 ? html`<p>${t("channels.none")}</p>` : nothing}
      ${some.map(([kind, of]) => html`<h3>${kindOf(kind)}</h3><ul class="channels">${of.map((one) => html`<li>${channelText(one)}</li>`)}</ul>`)}</section>`;
  }
}
