import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { CaseOut, QueueOut } from "../schema";
import { api, body } from "./api";
import { caseState, codeList, preview } from "./case-summary";
import { onKeys } from "./keys";
import { go } from "./route";
import { may, session } from "./session";
import { codeName, counted, t, word } from "./texts";
import { age, fromNow } from "./time";
import { View } from "./view";

/** The queues, and the one filter that stands in them as a queue of its own: what the caller holds. */
const QUEUES = ["review", "appeal", "recheck"] as const;
type Which = (typeof QUEUES)[number] | "mine" | "disputed";
/** Milliseconds between two looks at how the queues stand. */
const LOOK_AGAIN = 30_000;

/** Can the caller take it, or go on with it? */
const free = (one: CaseOut): boolean => !one.refusal || one.held_by === session()?.id;

/** What waits for people: queues, filters, the list, and a first look at the case that is chosen. */
@customElement("menshen-queue")
export class Queue extends View {
  /** The case that the cursor is on. */
  @property() chosen = "";
  @state() private queues: QueueOut[] = [];
  @state() private cases: CaseOut[] = [];
  @state() private next: string | undefined;
  @state() private which: Which = "review";
  @state() private filters: { kind: string; level: string; code: string; older: string } = { kind: "", level: "", code: "", older: "" };
  @state() private loaded = false;
  private stop: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    const clock = setInterval(() => void this.look(), LOOK_AGAIN);
    const keys = onKeys({ j: () => this.step(1), k: () => this.step(-1), ArrowDown: () => this.step(1), ArrowUp: () => this.step(-1), Enter: () => void this.take() });
    this.stop = [() => clearInterval(clock), keys];
    void this.look();
  }

  override disconnectedCallback(): void {
    for (const stop of this.stop) stop();
    super.disconnectedCallback();
  }

  private query(after?: string) {
    const { kind, level, code, older } = this.filters;
    return {
      limit: 50,
      ...(this.which === "mine" ? { mine: true } : this.which === "disputed" ? { disputed: true } : { queue: this.which }),
      ...(kind && { kind }),
      ...(level && { level }),
      ...(code && { code }),
      ...(older && { older_minutes: Number(older) }),
      ...(after && { after }),
    };
  }

  private async look(): Promise<void> {
    await this.attempt(async () => {
      const [queues, page] = await Promise.all([
        body(api.GET("/v1/review/queues")),
        body(api.GET("/v1/review/cases", { params: { query: this.query() } })),
      ]);
      this.queues = queues;
      this.cases = page.items;
      this.next = page.next ?? undefined;
      if (!this.cases.some((one) => one.id === this.chosen)) this.chosen = this.cases.find(free)?.id ?? this.cases[0]?.id ?? "";
    });
    this.loaded = true;
  }

  private async more(): Promise<void> {
    await this.attempt(async () => {
      const page = await body(api.GET("/v1/review/cases", { params: { query: this.query(this.next) } }));
      this.cases = [...this.cases, ...page.items];
      this.next = page.next ?? undefined;
    });
  }

  private step(by: number): void {
    const at = this.cases.findIndex((one) => one.id === this.chosen);
    const to = this.cases[Math.min(this.cases.length - 1, Math.max(0, at + by))];
    if (to) this.choose(to.id);
  }

  private choose(id: string): void {
    this.chosen = id;
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(`[data-case="${id}"]`)?.focus());
  }

  private async take(id = this.chosen): Promise<void> {
    const one = this.cases.find((other) => other.id === id);
    if (!one || !may("cases:work") || !free(one)) return;
    const path = { id };
    const done = await this.attempt(async () => {
      await body(api.POST("/v1/review/cases/{id}/claim", { params: { path } }));
    });
    if (done) go("case", id);
    else void this.queueAgain();
  }

  /** Somebody else was faster: the list is old, and the refusal stays to be read. */
  private async queueAgain(): Promise<void> {
    const { problem } = this;
    await this.look();
    this.problem = problem;
  }

  override render(): TemplateResult {
    const one = this.cases.find((other) => other.id === this.chosen);
    return html`<div class="panes">
      <section class="list" aria-label=${t("queue.title")}>
        <h1>${t("queue.title")}</h1>
        ${this.tabs()}${this.bar()}${this.refusal()}
        <ul class="rows" aria-label=${t("queue.list")}>${this.cases.map((row) => this.row(row))}</ul>
        ${this.loaded && this.cases.length === 0 ? html`<p class="empty">${t("queue.empty")}</p>` : nothing}
        ${this.next ? html`<button class="plain more" @click=${() => void this.more()}>${t("more")}</button>` : nothing}
      </section>
      <section class="detail" aria-label=${t("queue.chosen")}>
        ${one ? preview(one, { take: () => void this.take(), busy: this.busy }) : html`<p class="empty">${t("queue.none_chosen")}</p>`}
      </section>
    </div>`;
  }

  private tabs(): TemplateResult {
    const open = (name: string) => this.queues.find((queue) => queue.queue === name);
    const disputed = this.queues.reduce((sum, queue) => sum + queue.disputed, 0);
    const tab = (which: Which, n: number | undefined, late = 0) =>
      html`<button class="tab" aria-pressed=${this.which === which ? "true" : "false"} @click=${() => this.turn(which)}>
        ${word("queue", which)}${n === undefined ? nothing : html` <span class="n">${n}</span>`}
        ${late > 0 ? html`<span class="late">${counted("queue.n_late", late)}</span>` : nothing}
      </button>`;
    return html`<div class="tabs" role="group" aria-label=${t("queue.which")}>
      ${QUEUES.map((name) => tab(name, open(name)?.open ?? 0, open(name)?.overdue))}
      ${tab("disputed", disputed)}${may("cases:work") ? tab("mine", undefined) : nothing}
    </div>`;
  }

  private turn(which: Which): void {
    this.which = which;
    this.cases = [];
    this.loaded = false;
    void this.look();
  }

  private bar(): TemplateResult {
    const set = (name: keyof typeof this.filters) => (event: Event) => {
      this.filters = { ...this.filters, [name]: (event.target as HTMLSelectElement).value };
      void this.look();
    };
    const kinds = ["passport", "prc_id_card", "id_card_td1", "id_card_td2", "visa", "driving_licence"];
    const codes = [...new Set(this.cases.flatMap((one) => one.codes).concat(this.filters.code || []))];
    const option = (value: string, text: string, now: string) => html`<option value=${value} ?selected=${value === now}>${text}</option>`;
    const { kind, level, code, older } = this.filters;
    return html`<div class="filters" role="group" aria-label=${t("filter.label")}>
      <select aria-label=${t("filter.kind")} @change=${set("kind")}>${option("", t("filter.any_kind"), kind)}${kinds.map((name) => option(name, word("kind", name), kind))}</select>
      <select aria-label=${t("filter.level")} @change=${set("level")}>${option("", t("filter.any_level"), level)}${["L1", "L2", "L3"].map((name) => option(name, name, level))}</select>
      <select aria-label=${t("filter.code")} @change=${set("code")}>${option("", t("filter.any_code"), code)}${codes.map((name) => option(name, codeName(name), code))}</select>
      <select aria-label=${t("filter.age")} @change=${set("older")}>${option("", t("filter.any_age"), older)}${[["60", "filter.hour"], ["1440", "filter.day"], ["4320", "filter.days"]].map(([value, key]) => option(value!, t(key as "filter.hour"), older))}</select>
    </div>`;
  }

  private row(one: CaseOut): TemplateResult {
    const now = one.id === this.chosen;
    return html`<li><button class=${free(one) ? "row" : "row dim"} data-case=${one.id} aria-current=${now ? "true" : "false"}
        @click=${() => (this.chosen = one.id)} @focus=${() => (this.chosen = one.id)} @dblclick=${() => void this.take(one.id)}>
      <span class="line"><strong>${one.kind ? word("kind", one.kind) : t("kind.none")}</strong><span class="quiet">${one.level}</span>
        <span class="grow"></span><span class="quiet" title=${t("case.waits")}>${age(one.opened_at, 1)}</span></span>
      <span class="line codes">${codeList(one.codes, 2)}</span>
      <span class="line quiet"><span class=${one.overdue ? "late" : ""}>${one.overdue ? t("case.late", { at: fromNow(one.due_at) }) : t("case.due", { at: fromNow(one.due_at) })}</span>
        <span class="grow"></span>${caseState(one)}</span>
    </button></li>`;
  }
}
