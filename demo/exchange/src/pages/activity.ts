import { html } from "../html.js";
import type { Html } from "../html.js";
import { moment, word } from "../texts.js";
import type { Inbox } from "../webhooks.js";
import { form, frame } from "./frame.js";
import type { View } from "./frame.js";

/** What Menshen has told this site about somebody, and what was told in its name. */
export function activity(at: View, inbox: Inbox, applicant: string): Html {
  const { say, lang } = at;
  const events = inbox.about(applicant);
  return frame(at, say("nav.activity"), html`<p>${say("activity.lead")}</p>
<h2>${say("activity.believed")}</h2>
${events.length === 0 ? html`<p class="quiet">${say("activity.none")}</p>` : html`<ul class="rows">${events.map(({ event, times }) =>
    html`<li><strong>${word(say, "event", event.type)}</strong> <code>${event.type}</code><br>${moment(lang, event.timestamp)}
${times > 1 ? say("activity.times", { n: String(times) }) : ""}</li>`)}</ul>`}
<h2>${say("activity.refused")}</h2>
${inbox.refused.length === 0 ? html`<p class="quiet">${say("activity.none_refused")}</p>` : html`<ul class="rows">${inbox.refused.slice(0, 20).map(({ why, at: when }) =>
    html`<li><strong>${word(say, "doubt", why)}</strong> <code>${why}</code><br>${moment(lang, when)}</li>`)}</ul>`}
<p>${say("activity.forge_help")}</p>${form(at, "/activity/forge", html`<button class="plain">${say("activity.forge")}</button>`)}`);
}
