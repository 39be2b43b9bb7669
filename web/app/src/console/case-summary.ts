import { html, nothing, type TemplateResult } from "lit";
import type { CaseOut } from "../schema";
import { go } from "./route";
import { may, session } from "./session";
import { codeName, counted, t, word } from "./texts";
import { age, fromNow, moment } from "./time";

/** Shows codes by their short names, the first few where there are many. */
export function codeList(codes: readonly string[], most = codes.length): TemplateResult {
  const more = codes.length - most;
  return html`${codes.slice(0, most).map((code) => html`<span class="tag" title=${code}>${codeName(code)}</span>`)}
    ${more > 0 ? html`<span class="quiet">${t("n_more", { n: more })}</span>` : nothing}`;
}

/** Says in a word where a case is. */
export function caseState(one: CaseOut): TemplateResult {
  const mine = one.held_by === session()?.id;
  const where = one.disputed ? t("case.disputed") : mine && one.held_by ? t("case.mine") : one.held_by ? t("case.held") : "";
  return html`${one.votes > 0 ? html`<span>${counted("case.n_votes", one.votes)}</span>` : nothing}${where ? html`<span>${where}</span>` : nothing}`;
}

/** Explains how many eyes a case has had, and what it still takes. */
export function eyes(one: CaseOut): TemplateResult | typeof nothing {
  if (one.disputed) return html`<p class="notice">${t("eyes.disputed")}</p>`;
  if (one.queue === "recheck") return html`<p class="notice">${t("eyes.recheck")}</p>`;
  if (one.votes > 0) return html`<p class="notice">${t("eyes.second")}</p>`;
  const takes = one.eyes.approve;
  if (one.queue === "appeal" || takes === "two_with_senior") return html`<p class="notice">${t("eyes.two_with_senior")}</p>`;
  return takes === "two" ? html`<p class="notice">${t("eyes.two")}</p>` : nothing;
}

/** A first look at a case, in codes: what it is about is seen by whoever holds it. */
export function preview(one: CaseOut, { take, busy }: { take: () => void; busy: boolean }): TemplateResult {
  const mine = one.held_by !== null && one.held_by !== undefined && one.held_by === session()?.id;
  return html`<article class="preview">
    <h2>${one.kind ? word("kind", one.kind) : t("kind.none")} <span class="quiet">${one.level}</span></h2>
    <p class="codes">${codeList(one.codes)}</p>
    <dl class="facts">
      <dt>${t("case.queue")}</dt><dd>${word("queue", one.queue)}</dd>
      <dt>${t("case.opened")}</dt><dd>${moment(one.opened_at)} <span class="quiet">${age(one.opened_at)}</span></dd>
      <dt>${t("case.due_at")}</dt><dd class=${one.overdue ? "late" : ""}>${moment(one.due_at)} <span>${fromNow(one.due_at)}</span></dd>
      <dt>${t("case.state")}</dt><dd>${word("state", one.state)}${one.held_until ? html` <span class="quiet">${t("case.until", { at: moment(one.held_until) })}</span>` : nothing}</dd>
      <dt>${t("case.votes")}</dt><dd>${one.votes}</dd>
      <dt>${t("case.number")}</dt><dd><code>${one.id}</code></dd>
    </dl>
    ${eyes(one)}
    ${mine
      ? html`<button class="main" @click=${() => go("case", one.id)}>${t("case.go_on")}</button>`
      : one.refusal
        ? html`<p class="notice">${word("problem", one.refusal, t("problem.other", { code: one.refusal }))}</p>`
        : may("cases:work")
          ? html`<button class="main" ?disabled=${busy} @click=${take}>${t("case.claim")} <kbd>Enter</kbd></button>
              <p class="quiet">${t("case.claim_help")}</p>`
          : html`<p class="notice">${t("case.codes_only")}</p>`}
  </article>`;
}
