import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { EndsOut, StatisticsOut, WeekOut } from "../schema";
import { api, body } from "./api";
import { bars, plot, ranges, shares, type Row, type Share } from "./plots";
import { codeName, counted, number, t, word } from "./texts";
import { age, day, duration } from "./time";
import { View } from "./view";

const SPANS = [4, 12, 26, 52] as const;
/** Reasons that get a row of their own. */
const MOST_ROWS = 8;

/** What the service did in the last weeks, as plots with their figures. */
@customElement("menshen-statistics")
export class StatisticsPage extends View {
  @state() private weeks = 12;
  @state() private found: StatisticsOut | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
  }

  private async look(): Promise<void> {
    await this.attempt(async () => {
      this.found = await body(api.GET("/v1/review/statistics", { params: { query: { weeks: this.weeks } } }));
    });
  }

  override render(): TemplateResult {
    const { found } = this;
    return html`<div class="page"><h1>${t("statistics.title")}</h1>
      <div class="tabs flush" role="group" aria-label=${t("statistics.weeks")}>${SPANS.map((span) => html`<button class="tab" aria-pressed=${span === this.weeks ? "true" : "false"}
        @click=${() => { this.weeks = span; void this.look(); }}>${counted("statistics.n_weeks", span)}</button>`)}</div>
      ${this.refusal()}
      ${found ? html`<div class="plots">${this.reasons(found)}${this.times(found)}
        ${this.ends(t("statistics.kinds"), found.kinds.map((row) => ({ ...row, name: row.kind ? word("kind", row.kind) : t("statistics.unknown") })))}
        ${this.ends(t("statistics.programs"), found.programs.map((row) => ({ ...row, name: row.program ?? t("statistics.unknown") })))}
        ${this.queues(found)}</div>` : nothing}
    </div>`;
  }

  private reasons({ weeks }: StatisticsOut): TemplateResult {
    const sums = new Map<string, number>();
    for (const { code, count } of weeks.flatMap((week) => week.reasons)) sums.set(code, (sums.get(code) ?? 0) + count);
    const codes = [...sums].sort((a, b) => b[1] - a[1]).map(([code]) => code).slice(0, MOST_ROWS);
    const of = (week: WeekOut, code: string) => week.reasons.find((reason) => reason.code === code)?.count ?? 0;
    const all: Row = { name: t("statistics.submissions"), values: weeks.map((week) => week.submissions) };
    const found: Row[] = codes.map((code) => ({ name: codeName(code), values: weeks.map((week) => of(week, code)) }));
    const rows = [all, ...found];
    const describe = (row: Row) => `${row.name}: ${row.values.map((value, at) => `${day(weeks[at]?.week ?? "")} ${number(value)}`).join(t("comma"))}`;
    return plot(t("statistics.reasons"), html`${bars([all], describe)}<hr />${bars(found, describe)}${axis(weeks)}`, {
      head: [t("statistics.week"), ...rows.map((row) => row.name)],
      rows: weeks.map((week, at) => [day(week.week), ...rows.map((row) => row.values[at] ?? 0)]),
    });
  }

  private times({ weeks }: StatisticsOut): TemplateResult {
    const panel = (which: "machine" | "people") => {
      const values = weeks.map((week) => (week[which] ? { half: week[which].p50_seconds, most: week[which].p90_seconds } : null));
      const told = weeks.map((week) => week[which]).filter((times) => times !== null && times !== undefined);
      if (told.length === 0) return html`<h3>${t(`statistics.${which}`)}</h3><p class="quiet">${t("statistics.none")}</p>`;
      const all = `${t(`statistics.${which}`)}: ${weeks.map((week) => week[which] ? `${day(week.week)} ${duration(week[which].p50_seconds)}–${duration(week[which].p90_seconds)}` : "").filter(Boolean).join(t("comma"))}`;
      return html`<h3>${t(`statistics.${which}`)}</h3>${ranges(values, { first: day(weeks[0]?.week ?? ""), last: day(weeks.at(-1)?.week ?? ""), most: (n) => duration(n), all })}`;
    };
    const row = (week: WeekOut, which: "machine" | "people") => {
      const times = week[which];
      return times ? [day(week.week), t(`statistics.${which}`), times.count, duration(times.p50_seconds), duration(times.p90_seconds)] : undefined;
    };
    return plot(t("statistics.time"), html`${panel("machine")}${panel("people")}`, {
      head: [t("statistics.week"), "", t("statistics.submissions"), t("statistics.half"), t("statistics.most")],
      rows: weeks.flatMap((week) => [row(week, "machine"), row(week, "people")]).filter((one) => one !== undefined),
    });
  }

  private ends(title: string, rows: (EndsOut & { name: string })[]): TemplateResult {
    const words = { approved: t("statistics.approved"), again: t("statistics.again"), refused: t("statistics.refused"), waiting: t("statistics.waiting") };
    const drawn: Share[] = rows.map((row) => ({ name: row.name, total: row.submissions, parts: [row.approved, row.again, row.refused, row.open] }));
    const rate = (approved: number, total: number) =>
      t("statistics.rate", { rate: new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(total > 0 ? approved / total : 0), n: total });
    if (rows.length === 0) return html`<section class="plot"><h2>${title}</h2><p class="quiet">${t("statistics.none")}</p></section>`;
    return plot(title, shares(drawn, words, (row) => rate(row.parts[0], row.total)), {
      head: ["", t("statistics.submissions"), words.approved, words.again, words.refused, words.waiting, t("statistics.rate_of")],
      rows: rows.map((row) => [row.name, row.submissions, row.approved, row.again, row.refused, row.open, rate(row.approved, row.submissions)]),
    });
  }

  private queues({ queues }: StatisticsOut): TemplateResult {
    const rows = queues.map((queue) => ({ name: word("queue", queue.queue), values: [queue.open] }));
    const most = Math.max(1, ...queues.map((queue) => queue.open));
    const drawn = html`<div class="bars">${queues.map((queue, at) => html`<div class="bar-row"><span class="bar-name">${rows[at]?.name}</span>
      <svg class="share" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label=${`${rows[at]?.name}: ${number(queue.open)}`}><rect class="part approved" width=${(queue.open / most) * 100} height="10"></rect></svg>
      <span class="bar-sum">${number(queue.open)}${queue.overdue > 0 ? html` <span class="late">${counted("queue.n_late", queue.overdue)}</span>` : nothing}</span></div>`)}</div>`;
    return plot(t("statistics.queues"), drawn, {
      head: [t("statistics.queue"), t("statistics.open"), t("statistics.held"), t("statistics.disputed"), t("statistics.overdue"), t("statistics.oldest")],
      rows: queues.map((queue) => [word("queue", queue.queue), queue.open, queue.held, queue.disputed, queue.overdue, queue.oldest_at ? age(queue.oldest_at) : "–"]),
    });
  }
}

/** The first and the last week under a row of bars. */
const axis = (weeks: readonly WeekOut[]): TemplateResult => html`<div class="bar-row"><span></span><span class="line quiet"><span>${day(weeks[0]?.week ?? "")}</span><span class="grow"></span><span>${day(weeks.at(-1)?.week ?? "")}</span></span><span></span></div>`;
