import { html, type TemplateResult } from "lit";
import { t, word } from "../texts";

/** What the service tells integrators of, by what it is about. Kept in step with `core::event` by `test/operator.test.ts`. */
export const EVENTS = [
  "verification.created", "verification.submitted", "verification.pending", "verification.verified", "verification.failed", "verification.expired",
  "verification.asked_again", "verification.requeued", "verification.overdue", "appeal.opened", "appeal.changed", "appeal.decided",
  "ticket.updated", "applicant.erased", "consent.changed", "entitlement.changed", "duplicate.found", "screening.hit",
] as const;

/** Boxes to choose events by; none chosen means all of them. */
export function eventChoice(chosen: readonly string[]): TemplateResult {
  return html`<fieldset class="events"><legend>${t("webhook.events")}</legend><p class="quiet">${t("webhook.events_help")}</p>
    <div class="choices">${EVENTS.map((name) => html`<label class="check"><input type="checkbox" name="events" value=${name} .checked=${chosen.includes(name)} /><span>${word("event", name)} <code class="quiet">${name}</code></span></label>`)}</div></fieldset>`;
}
