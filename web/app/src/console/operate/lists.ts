import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { HitOut, ListOut, RunOut } from "../../schema";
import { api, body } from "../api";
import { link } from "../route";
import { number, t, word } from "../texts";
import { age, moment } from "../time";
import { View } from "../view";
import { grid } from "./grid";
import "./list-import";

/** Lists of sanctioned people: which versions are in force, the searches of everyone, and the exceptions that somebody has made. */
@customElement("menshen-lists")
export class Lists extends View {
  @state() private lists: ListOut[] | undefined;
  @state() private runs: RunOut[] = [];
  @state() private cleared: HitOut[] = [];
  @state() private next: string | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  private async look(): Promise<void> {
    await this.attempt(async () => {
      const [lists, runs] = await Promise.all([body(api.GET("/v1/screening/lists", { params: { query: { limit: 50 } } })), body(api.GET("/v1/screening/runs", { params: { query: { limit: 20 } } }))]);
      this.lists = lists.items;
      this.runs = runs.items;
      await this.exceptions();
    });
  }

  private async exceptions(after?: string): Promise<void> {
    const page = await body(api.GET("/v1/screening/hits", { params: { query: { state: "cleared", limit: 50, ...(after && { after }) } } }));
    this.cleared = after ? [...this.cleared, ...page.items] : page.items;
    this.next = page.next ?? undefined;
  }

  override render(): TemplateResult {
    return html`<div class="page"><h1>${t("list.title")}</h1><p class="quiet">${t("list.help")}</p>${this.refusal()}
      ${this.lists ? html`${grid(t("list.versions"), [t("list.list"), t("list.state"), t("list.published"), t("list.entries"), t("list.imported"), t("list.hash")], this.lists.map(version), t("list.none"))}
        <menshen-list-import @imported=${() => void this.look()}></menshen-list-import>
        <section class="wide-plot"><h2>${t("run.title")}</h2><p class="quiet">${t("run.help")}</p>
          ${grid(t("run.title"), [t("run.started"), t("run.state"), t("run.people"), t("run.hits"), t("run.unread"), t("run.finished")], this.runs.map(run), t("run.none"))}</section>
        <section class="wide-plot"><h2>${t("exception.title")}</h2><p class="quiet">${t("exception.help")}</p>
          ${grid(t("exception.title"), [t("list.list"), t("exception.entry"), t("exception.cleared"), t("exception.until"), t("operate.actions")], this.cleared.map(exception), t("exception.none"))}
          ${this.next ? html`<button ?disabled=${this.busy} @click=${() => void this.attempt(() => this.exceptions(this.next))}>${t("more")}</button>` : nothing}</section>` : nothing}</div>`;
  }
}

function version(list: ListOut): TemplateResult {
  return html`<tr><th scope="row">${word("list", list.list)}<br /><code class="quiet">${list.format}</code></th>
    <td>${list.replaced_at ? html`<span class="quiet">${t("list.replaced", { at: moment(list.replaced_at) })}</span>` : html`<span class="good">${t("list.in_force")}</span>`}</td>
    <td>${list.published ?? "–"}</td><td>${number(list.entries)}</td><td>${moment(list.imported_at)}<br /><span class="quiet">${t("list.age", { age: age(list.imported_at, 1) })}</span></td><td class="hash"><code>${list.sha256}</code></td></tr>`;
}

function run(one: RunOut): TemplateResult {
  return html`<tr><th scope="row">${moment(one.started_at)}</th><td>${word("run_state", one.state)}</td><td>${number(one.people)}</td><td>${number(one.hits)}</td>
    <td><span class=${one.unread > 0 ? "late" : ""}>${number(one.unread)}</span></td><td>${one.finished_at ? moment(one.finished_at) : "–"}</td></tr>`;
}

function exception(hit: HitOut): TemplateResult {
  return html`<tr><th scope="row">${word("list", hit.list)}</th><td><code>${hit.entry}</code></td><td>${hit.decided_at ? moment(hit.decided_at) : "–"}</td>
    <td>${hit.cleared_until ? moment(hit.cleared_until) : "–"}</td><td><a href=${link("hits", hit.applicant)}>${t("exception.look")}</a></td></tr>`;
}
