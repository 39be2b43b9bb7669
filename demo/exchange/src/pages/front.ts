import { html } from "../html.js";
import type { Html } from "../html.js";
import { form, frame } from "./frame.js";
import type { View } from "./frame.js";

/** What somebody sees who has not signed in. `note` is what has just come of something. */
export function front(at: View, note?: string): Html {
  const { say } = at;
  return frame(at, say("front.title"), html`${note ? html`<p class="note" role="status">${note}</p>` : ""}
<p class="lead">${say("front.lead")}</p>
${form(at, "/sign-in", html`<button>${say("front.sign_in")}</button>`)}
<p class="quiet">${say("front.how")}</p>
<h2>${say("front.story")}</h2>
<ol><li>${say("front.step.account")}</li><li>${say("front.step.refused")}</li><li>${say("front.step.verify")}</li>
<li>${say("front.step.review")}</li><li>${say("front.step.withdraw")}</li></ol>
<p class="quiet">${say("front.mails")} <a href="/mailbox">${say("nav.mailbox")}</a></p>`);
}

/** What somebody sees where something is not to be had: what it is, and the way on. */
export const trouble = (at: View, title: string, text: string): Html =>
  frame(at, title, html`<p>${text}</p><p><a href="/">${at.say("back")}</a></p>`);
