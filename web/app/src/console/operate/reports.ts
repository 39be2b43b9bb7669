import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { OpenedReportOut, ReportOut } from "../../schema";
import { api, body } from "../api";
import { t, word } from "../texts";
import { age, moment } from "../time";
import { say, View } from "../view";

const STATES = ["open", "closed"] as const;
const OUTCOMES = ["added_to_watch", "not_ours", "genuine", "duplicate"] as const;

/** What people report that pretends to be the tenant: opened one by one, and closed with what it was. */
@customElement("menshen-reports")
export class Reports extends View {
  @state() private which: (typeof STATES)[number] = "open";
  @state() private reports: ReportOut[] = [];
  @state() private next: string | undefined;
  @state() private opened: OpenedReportOut | undefined;
  @state() private loaded = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  private async look(after?: string): Promise<void> {
    await this.attempt(async () => {
      const page = await body(api.GET("/v1/reports", { params: { query: { state: this.which, limit: 50, ...(after && { after }) } } }));
      this.reports = after ? [...this.reports, ...page.items] : page.items;
      this.next = page.next ?? undefined;
    });
    this.loaded = true;
  }

  private async open(id: string): Promise<void> {
    await this.attempt(async () => {
      this.opened = await body(api.GET("/v1/reports/{id}", { params: { path: { id } } }));
    });
  }

  private async close(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const outcome = String(new FormData(event.target as HTMLFormElement).get("outcome"));
    const params = { path: { id: this.opened?.report.id ?? "" } };
    if (!(await this.attempt(async () => void (await body(api.POST("/v1/reports/{id}/close", { params, body: { outcome } })))))) return;
    say(t("report.closed_now"));
    this.opened = undefined;
    await this.look();
  }

  override render(): TemplateResult {
    const tab = (which: (typeof STATES)[number]) => html`<button class="tab" aria-pressed=${this.which === which ? "true" : "false"} @click=${() => {
      this.which = which;
      this.opened = undefined;
      void this.look();
    }}>${t(`report.${which}`)}</button>`;
    const row = (one: ReportOut) => html`<li><button class="row" aria-current=${one.id === this.opened?.report.id ? "true" : "false"} @click=${() => void this.open(one.id)}>
      <span class="line"><strong>${word("report_kind", one.kind)}</strong><span class="grow"></span><span class="quiet">${age(one.created_at, 1)}</span></span>
      ${one.outcome ? html`<span class="line quiet">${word("report_outcome", one.outcome)}</span>` : nothing}</button></li>`;
    return html`<div class="panes"><section class="list" aria-label=${t("report.title")}><h1>${t("report.title")}</h1>
        <div class="tabs" role="group" aria-label=${t("case.state")}>${STATES.map(tab)}</div>${this.opened ? nothing : this.refusal()}
        <ul class="rows" aria-label=${t("report.list")}>${this.reports.map(row)}</ul>
        ${this.loaded && this.reports.length === 0 ? html`<p class="empty">${t("report.none")}</p>` : nothing}
        ${this.next ? html`<button class="plain more" @click=${() => void this.look(this.next)}>${t("more")}</button>` : nothing}</section>
      <section class="detail" aria-label=${t("report.opened")}>${this.opened ? this.whole(this.opened) : html`<p class="empty">${t("report.none_chosen")}</p>`}</section></div>`;
  }

  private whole({ report, what, note }: OpenedReportOut): TemplateResult {
    return html`<article class="preview"><h2>${word("report_kind", report.kind)}</h2><p class="notice">${t("report.warning")}</p>
      <dl class="facts"><dt>${t("report.what")}</dt><dd class="text"><code>${what}</code></dd>
        ${note ? html`<dt>${t("report.note")}</dt><dd class="text">${note}</dd>` : nothing}
        <dt>${t("report.arrived")}</dt><dd>${moment(report.created_at)}</dd>
        ${report.outcome ? html`<dt>${t("report.outcome")}</dt><dd>${word("report_outcome", report.outcome)}</dd>` : nothing}</dl>${this.refusal()}
      ${report.state === "open" ? html`<form class="note" @submit=${this.close}><fieldset><legend>${t("report.outcome")}</legend>
        ${OUTCOMES.map((outcome) => html`<label class="check"><input type="radio" name="outcome" value=${outcome} required />${t(`report_outcome.${outcome}`)}</label>`)}</fieldset>
        <button class="main" ?disabled=${this.busy}>${t("report.close")}</button></form>` : nothing}</article>`;
  }
}
