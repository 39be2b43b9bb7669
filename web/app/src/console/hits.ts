import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { HitOut, WholeHitOut } from "../schema";
import { api, body } from "./api";
import { further } from "./cursor";
import { onKeys } from "./keys";
import { link } from "./route";
import { may } from "./session";
import { number, t, word } from "./texts";
import { age, moment } from "./time";
import { say, View } from "./view";

const STATES = ["open", "cleared", "confirmed"] as const;

/** Hits in lists of sanctioned people: what the name came near, and what somebody makes of it. */
@customElement("menshen-hits")
export class Hits extends View {
  /** Only of this person, where one is named. */
  @property() applicant = "";
  @state() private which: (typeof STATES)[number] = "open";
  @state() private hits: HitOut[] = [];
  @state() private next: string | undefined;
  @state() private hit: WholeHitOut | undefined;
  @state() private loaded = false;
  private stop: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.stop = onKeys({ j: () => this.step(1), k: () => this.step(-1) });
  }

  override disconnectedCallback(): void {
    this.stop?.();
    super.disconnectedCallback();
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("applicant")) void this.look();
  }

  private async look(after?: string): Promise<void> {
    await this.attempt(async () => {
      const query = { state: this.which, limit: 50, ...(this.applicant && { applicant: this.applicant }), ...(after && { after }) };
      const page = await body(api.GET("/v1/screening/hits", { params: { query } }));
      this.hits = after ? [...this.hits, ...page.items] : page.items;
      this.next = page.next ?? undefined;
    });
    this.loaded = true;
  }

  private step(by: number): void {
    const focused = (document.activeElement as HTMLElement | null)?.dataset["hit"] ?? this.hit?.id ?? "";
    const to = further(this.hits.map((one) => one.id), focused, focused ? by : 0);
    this.querySelector<HTMLElement>(`[data-hit="${to}"]`)?.focus();
  }

  private async read(id: string): Promise<void> {
    await this.attempt(async () => {
      this.hit = await body(api.GET("/v1/screening/hits/{id}", { params: { path: { id } } }));
    });
  }

  private async judge(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement, event.submitter);
    const params = { path: { id: this.hit?.id ?? "" } };
    const reason = String(form.get("reason")).trim();
    const done = await this.attempt(async () => {
      if (form.get("deed") === "confirm") await body(api.POST("/v1/screening/hits/{id}/confirm", { params, body: { reason } }));
      else {
        const until = new Date(`${String(form.get("until"))}T00:00:00Z`).toISOString();
        await body(api.POST("/v1/screening/hits/{id}/clear", { params, body: { reason, until } }));
      }
    });
    if (!done) return;
    say(t("hit.done"));
    this.hit = undefined;
    await this.look();
  }

  override render(): TemplateResult {
    const tab = (which: (typeof STATES)[number]) => html`<button class="tab" aria-pressed=${this.which === which ? "true" : "false"} @click=${() => {
      this.which = which;
      this.hit = undefined;
      void this.look();
    }}>${t(`hits.${which}`)}</button>`;
    return html`<div class="panes">
      <section class="list" aria-label=${t("hits.title")}><h1>${t("hits.title")}</h1>
        <div class="tabs" role="group" aria-label=${t("case.state")}>${STATES.map(tab)}</div>
        ${this.applicant ? html`<p class="filters"><span>${t("hits.one_person")}</span> <a href=${link("hits")}>${t("hits.everybody")}</a></p>` : nothing}
        ${this.hit ? nothing : this.refusal()}
        <ul class="rows" aria-label=${t("hits.list")}>${this.hits.map((one) => html`<li><button class="row" data-hit=${one.id} aria-current=${one.id === this.hit?.id ? "true" : "false"} @click=${() => void this.read(one.id)}>
          <span class="line"><strong>${word("list", one.list)}</strong><span class="quiet">${one.entry}</span><span class="grow"></span><span class="quiet">${age(one.created_at, 1)}</span></span>
          <span class="line quiet">${t("hit.score")} ${number(one.score, 2)}</span></button></li>`)}</ul>
        ${this.loaded && this.hits.length === 0 ? html`<p class="empty">${t("hits.none")}</p>` : nothing}
        ${this.next ? html`<button class="plain more" @click=${() => void this.look(this.next)}>${t("more")}</button>` : nothing}
      </section>
      <section class="detail" aria-label=${t("hit.found")}>${this.hit ? this.whole(this.hit) : html`<p class="empty">${t("hit.none_chosen")}</p>`}</section>
    </div>`;
  }

  private whole(hit: WholeHitOut): TemplateResult {
    const { detail } = hit;
    const list = (items: readonly string[]) => items.map((item) => html`<div>${item}</div>`);
    return html`<article class="preview"><h2>${word("list", hit.list)} <span class="quiet">${hit.entry}</span></h2>
      <dl class="facts">
        <dt>${t("hit.score")}</dt><dd>${number(hit.score, 3)}</dd>
        <dt>${t("case.state")}</dt><dd>${word("hits", hit.state)}</dd>
        <dt>${t("hit.found")}</dt><dd>${moment(hit.created_at)}</dd>
        ${detail ? html`<dt>${t("hit.names")}</dt><dd>${list(detail.names)}</dd><dt>${t("hit.births")}</dt><dd>${list(detail.birth_dates)}</dd>
          <dt>${t("hit.countries")}</dt><dd>${list(detail.countries)}</dd><dt>${t("hit.programmes")}</dt><dd>${list(detail.programmes)}</dd>
          <dt>${t("hit.why")}</dt><dd class="text">${detail.explanation}</dd>` : nothing}
        ${hit.decided_at ? html`<dt>${t("hit.decided")}</dt><dd>${moment(hit.decided_at)}</dd>` : nothing}
        ${hit.cleared_until ? html`<dt>${t("hit.until")}</dt><dd>${moment(hit.cleared_until)}</dd>` : nothing}
        ${hit.reason ? html`<dt>${t("hit.reason")}</dt><dd class="text">${hit.reason}</dd>` : nothing}
      </dl>
      ${this.refusal()}
      ${hit.state !== "open" ? nothing : may("screening:write") ? this.form() : html`<p class="notice">${t("hit.senior")}</p>`}
    </article>`;
  }

  private form(): TemplateResult {
    const year = new Date(Date.now() + 365 * 86_400_000).toISOString().slice(0, 10);
    return html`<form class="note" @submit=${this.judge}>
      <label>${t("hit.reason")}<textarea name="reason" rows="3" maxlength="2000" required aria-describedby="hit-help"></textarea></label>
      <p class="quiet" id="hit-help">${t("hit.reason_help")}</p>
      <label>${t("hit.clear_until")}<input type="date" name="until" value=${year} required /></label>
      <p class="buttons"><button name="deed" value="clear" ?disabled=${this.busy}>${t("hit.clear")}</button>
        <button name="deed" value="confirm" ?disabled=${this.busy}>${t("hit.confirm")}</button></p>
    </form>`;
  }
}
