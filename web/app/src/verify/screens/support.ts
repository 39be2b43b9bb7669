import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import type { ThreadOut, TicketOut } from "../../schema.js";
import "../ask.js";
import { loadingScreen } from "./start.js";
import { isClaim } from "../model.js";
import { page } from "../view.js";
import type { Action, View } from "../view.js";

/** Returns the screen of support: what was asked, or a new question. */
export function supportScreen(view: View): TemplateResult {
  if (isClaim(view.model)) return claimed(view);
  const { asking } = view.model;
  if (asking.thread) return thread(view, asking.thread);
  if (asking.writing) return html`<menshen-ask .view=${view}></menshen-ask>`;
  return asking.tickets === undefined ? loadingScreen(view) : list(view, asking.tickets);
}

const back = ({ flow, texts: { t } }: View): Action => ({ label: t("back"), act: () => flow.aside("none") });

const claimed = (view: View) => page({ heading: view.texts.t("support.help"), lead: view.texts.t("support.claim"), others: [back(view)] });

function list(view: View, all: readonly TicketOut[]) {
  const { tickets, texts } = view;
  const { t, of, moment } = texts;
  return page({
    heading: t("support.heading"),
    lead: t("support.lead"),
    body: html`<ul class="choices">${all.map(
      (ticket) => html`<li><button type="button" class="choice" part="choice" @click=${() => tickets.open(ticket.id)}>
        <span><strong>${of(ticket.title)}</strong><br /><span class="small">${moment(ticket.created_at)} · ${stateOf(ticket, view)}</span></span></button></li>`,
    )}</ul>`,
    primary: { label: t("support.new"), act: () => tickets.list(true) },
    others: [back(view)],
  });
}

function stateOf({ status, overdue, due_at }: TicketOut, { texts: { t, moment } }: View): string {
  if (status === "open") return overdue || !due_at ? t("support.overdue") : t("support.due", { when: moment(due_at) });
  return t(status === "answered" ? "support.answered" : "support.closed");
}

function thread(view: View, { ticket, messages }: ThreadOut) {
  const { model, tickets, texts } = view;
  const { t, of, moment } = texts;
  const write = (event: Event) => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const text = String(new FormData(form).get("text") ?? "").trim();
    form.reset();
    if (text) void tickets.write(ticket.id, text);
  };
  const open = ticket.status !== "closed";
  return page({
    heading: of(ticket.title),
    lead: stateOf(ticket, view),
    body: html`<ul class="thread">${messages.map(
      ({ author, text, created_at, code }) => html`<li class=${author}><span class="small">${t(author === "staff" ? "support.by_staff" : "support.by_you")} · ${moment(created_at)}${code ? html` · ${t("support.case_code", { code })}` : nothing}</span>${text}</li>`,
    )}</ul>
    ${open
      ? html`<form @submit=${write}>
          <div class="field"><label for="more">${t("support.more")}</label><textarea id="more" name="text" maxlength="4000" required></textarea></div>
          <div class="actions"><button class="primary" part="button primary" ?disabled=${model.busy}>${t("support.write")}</button></div>
        </form>`
      : nothing}`,
    primary: open ? undefined : back(view),
    others: [open ? back(view) : undefined, open ? { label: t("support.close"), act: () => tickets.close(ticket.id) } : undefined, { label: t("support.all"), act: () => tickets.list(false) }],
  });
}
