import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { EngineOut, HealthOut, JobsOut, ListAgeOut } from "../../schema";
import { api, body } from "../api";
import { link } from "../route";
import { number, t, word } from "../texts";
import { age, moment } from "../time";
import { View } from "../view";
import { Again } from "./again";
import { grid } from "./grid";
import { faultsOf } from "./health-faults";

/** How often the page looks again, in milliseconds. */
const LOOK = 10_000;

/** How the service does: what is wrong and what to do, then the figures. */
@customElement("menshen-health")
export class Health extends View {
  @state() private found: HealthOut | undefined;
  readonly again = new Again(this, LOOK, () => void this.look());

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  private async look(): Promise<void> {
    try {
      this.found = await body(api.GET("/v1/health"));
      this.problem = undefined;
    } catch (error) {
      // What was seen last stays, under the word that it is old.
      this.problem = error;
    }
  }

  override render(): TemplateResult {
    const { found } = this;
    return html`<div class="page"><h1>${t("health.title")}</h1>
      ${this.problem === undefined ? nothing : html`${this.refusal()}<p class="late">${found ? t("health.stale", { at: moment(found.at) }) : t("health.no_answer")}</p>`}
      ${found ? html`${this.faults(found)}${this.figures(found)}<p class="quiet">${t("health.tenants")} <a href=${link("tenants")}>${t("tenant.title")}</a></p>` : nothing}</div>`;
  }

  private faults(found: HealthOut): TemplateResult {
    const faults = faultsOf(found);
    return html`<div role="status" class="health">${faults.length === 0 ? html`<p class="notice"><strong class="good">${t("health.well")}</strong></p>` : html`<ul class="plain-list faults">${faults.map(({ what, remedy, grave }) => html`<li class=${grave ? "refusal" : "notice"}>
        <p><strong>${what}</strong></p><p>${remedy}</p></li>`)}</ul>`}</div>
      <p class="quiet">${t("health.looked", { at: new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "medium" }).format(new Date(found.at)) })}</p>`;
  }

  private figures(found: HealthOut): TemplateResult {
    const yes = (ready: boolean) => html`<span class=${ready ? "good" : "late"}>${t(ready ? "health.ready" : "health.not_ready")}</span>`;
    const engine = (name: string, one: EngineOut | null | undefined) => one ? html`<dt>${name}</dt><dd>${yes(one.ready)}${t("comma")}${t("health.processes", { loaded: one.loaded, all: one.processes })}${t("comma")}${t("health.requests", { working: one.working, waiting: one.waiting })}</dd>` : nothing;
    const { deliveries } = found;
    return html`<div class="plots"><section class="plot"><h2>${t("health.service")}</h2><dl class="facts">
        <dt>${t("health.version")}</dt><dd>${found.version}</dd><dt>${t("health.readiness")}</dt><dd>${yes(found.ready)}</dd>
        <dt>${t("health.database")}</dt><dd>${word("database", found.database.kind)}${t("comma")}${yes(found.database.ready)}</dd>
        ${engine(t("health.engine"), found.engine)}${engine(t("health.live_engine"), found.live_engine)}${found.engine ? nothing : html`<dt>${t("health.engine")}</dt><dd>${t("health.no_engine")}</dd>`}
        <dt>${t("health.checkpoint")}</dt><dd>${found.checkpoint_at ? moment(found.checkpoint_at) : t("health.never")}</dd>
        <dt>${t("health.mail")}</dt><dd>${t(found.mail ? "health.set" : "health.unset")}</dd><dt>${t("health.sms")}</dt><dd>${t(found.sms ? "health.set" : "health.unset")}</dd></dl></section>
      <section class="plot"><h2>${t("health.deliveries")}</h2><dl class="facts"><dt>${t("health.waiting")}</dt><dd>${number(deliveries.waiting)}</dd>
        <dt>${t("health.failing")}</dt><dd>${number(deliveries.failing)}${deliveries.failing_since ? html` <span class="quiet">${t("health.oldest", { age: age(deliveries.failing_since) })}</span>` : nothing}</dd>
        <dt>${t("health.given_up")}</dt><dd>${number(deliveries.given_up)}</dd></dl></section>
      <section class="plot"><h2>${t("health.jobs")}</h2>${grid(t("health.jobs"), [t("health.kind"), t("health.due"), t("health.since"), t("health.later"), t("health.working"), t("health.given_up")], found.jobs.map(job), t("health.no_jobs"))}</section>
      <section class="plot"><h2>${t("health.lists")}</h2>${grid(t("health.lists"), [t("list.list"), t("health.required"), t("list.imported"), t("list.published"), t("list.entries")], found.lists.map(list), t("health.no_lists"))}</section></div>`;
  }
}

const job = (one: JobsOut): TemplateResult => html`<tr><th scope="row">${word("job", one.kind)}</th><td>${number(one.due)}</td><td>${one.oldest_at ? age(one.oldest_at) : "–"}</td><td>${number(one.later)}</td><td>${number(one.working)}</td><td>${number(one.given_up)}</td></tr>`;

const list = (one: ListAgeOut): TemplateResult => html`<tr><th scope="row">${word("list", one.list)}</th><td>${t(one.required ? "model.yes" : "model.no")}</td>
  <td>${one.imported_at ? html`${moment(one.imported_at)}<br /><span class="quiet">${t("list.age", { age: age(one.imported_at, 1) })}</span>` : html`<span class="late">${t("health.never")}</span>`}</td><td>${one.published ?? "–"}</td><td>${one.entries === undefined || one.entries === null ? "–" : number(one.entries)}</td></tr>`;
