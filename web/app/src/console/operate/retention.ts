import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { ApplicantOut, HoldOut } from "../../schema";
import { api, body } from "../api";
import { may } from "../session";
import { t } from "../texts";
import { moment } from "../time";
import { say, View } from "../view";
import { grid } from "./grid";
import { times } from "./policy-summary";
import type { PolicyValues } from "./policy-values";
import { sure } from "./sure";

/** How long things are kept, who must not be erased, and erasing somebody. */
@customElement("menshen-retention")
export class Retention extends View {
  @state() private values: PolicyValues | undefined;
  @state() private person: ApplicantOut | undefined;
  @state() private holds: HoldOut[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    if (!may("policy:write")) return;
    void this.attempt(async () => {
      this.values = (await body(api.GET("/v1/policy"))).values as unknown as PolicyValues;
    });
  }

  private async look(id: string): Promise<void> {
    const params = { path: { id } };
    await this.attempt(async () => {
      this.person = undefined;
      const [person, holds] = await Promise.all([body(api.GET("/v1/applicants/{id}", { params })), body(api.GET("/v1/applicants/{id}/holds", { params }))]);
      this.person = person;
      this.holds = holds;
    });
  }

  private find(event: SubmitEvent): void {
    event.preventDefault();
    void this.look(String(new FormData(event.target as HTMLFormElement).get("id")).trim().toLowerCase());
  }

  private async place(event: SubmitEvent, person: ApplicantOut): Promise<void> {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const data = new FormData(form);
    const days = Number(data.get("days"));
    const sent = { reason: String(data.get("reason")).trim().toLowerCase(), ...(days > 0 && { days }) };
    if (!(await this.attempt(async () => void (await body(api.POST("/v1/applicants/{id}/holds", { params: { path: { id: person.id } }, body: sent })))))) return;
    form.reset();
    say(t("hold.placed"));
    await this.look(person.id);
  }

  private async lift(hold: HoldOut, person: ApplicantOut): Promise<void> {
    if (!(await sure({ title: t("hold.lift"), text: t("hold.lift_sure", { reason: hold.reason }), deed: t("hold.lift") }))) return;
    const params = { path: { id: person.id, hold: hold.id } };
    if (!(await this.attempt(async () => void (await body(api.DELETE("/v1/applicants/{id}/holds/{hold}", { params })))))) return;
    say(t("hold.lifted_now"));
    await this.look(person.id);
  }

  private async erase(person: ApplicantOut): Promise<void> {
    if (!(await sure({ title: t("erase.title"), text: t("erase.sure"), deed: t("erase.deed"), typed: person.id.slice(-6) }))) return;
    const params = { path: { id: person.id } };
    if (!(await this.attempt(async () => void (await body(api.DELETE("/v1/applicants/{id}", { params })))))) return;
    say(t("erase.done"));
    await this.look(person.id);
  }

  override render(): TemplateResult {
    const { person } = this;
    return html`<div class="page"><h1>${t("retention.title")}</h1><p class="quiet">${t("retention.help")}</p>
      ${this.values ? times(this.values) : nothing}
      <section class="wide-plot"><h2>${t("retention.person")}</h2><form class="inline find" @submit=${this.find}>
        <label>${t("retention.id")}<input name="id" required pattern="\\s*[0-9a-fA-F\\-]{36}\\s*" autocomplete="off" spellcheck="false" placeholder="019a…" aria-describedby="id-help" /></label><button ?disabled=${this.busy}>${t("retention.find")}</button></form>
        <p class="quiet" id="id-help">${t("retention.id_help")}</p>${this.refusal()}${person ? this.of(person) : nothing}</section></div>`;
  }

  private of(person: ApplicantOut): TemplateResult {
    const erased = Boolean(person.erased_at);
    return html`<dl class="facts"><dt>${t("retention.applicant")}</dt><dd><code>${person.id}</code></dd><dt>${t("operate.since")}</dt><dd>${moment(person.created_at)}</dd>
        ${person.erased_at ? html`<dt>${t("erase.erased")}</dt><dd>${moment(person.erased_at)}</dd>` : nothing}</dl>
      <h3>${t("hold.title")}</h3>${grid(t("hold.title"), [t("hold.reason"), t("hold.state"), t("hold.since"), t("operate.actions")], this.holds.map((hold) => this.hold(hold, person)), t("hold.none"))}
      ${erased ? nothing : html`<form class="inline" @submit=${(event: SubmitEvent) => void this.place(event, person)}>
        <label>${t("hold.reason")}<input name="reason" required maxlength="60" pattern="[A-Za-z0-9][A-Za-z0-9_.\\-]*" placeholder="case-2026-114" autocomplete="off" aria-describedby="hold-help" /></label>
        <label>${t("hold.days")}<input name="days" type="number" min="1" max="3650" /></label><button ?disabled=${this.busy}>${t("hold.place")}</button></form><p class="quiet" id="hold-help">${t("hold.help")}</p>
      <section class="plot"><h2>${t("erase.title")}</h2><p class="quiet">${t("erase.help")}</p><p><button ?disabled=${this.busy} @click=${() => void this.erase(person)}>${t("erase.deed")}</button></p></section>`}`;
  }

  private hold(hold: HoldOut, person: ApplicantOut): TemplateResult {
    const over = hold.ends_at ? Date.parse(hold.ends_at) < Date.now() : false;
    const state = hold.lifted_at ? t("hold.lifted", { at: moment(hold.lifted_at) }) : hold.ends_at ? t(over ? "key.ended" : "key.until", { at: moment(hold.ends_at) }) : t("hold.until_lifted");
    const stands = !hold.lifted_at && !over;
    return html`<tr><th scope="row"><code>${hold.reason}</code></th><td>${stands ? html`<strong>${state}</strong>` : state}</td><td>${moment(hold.placed_at)}</td>
      <td>${stands ? html`<button ?disabled=${this.busy} aria-label=${`${t("hold.lift")} (${hold.reason})`} @click=${() => void this.lift(hold, person)}>${t("hold.lift")}</button>` : nothing}</td></tr>`;
  }
}
