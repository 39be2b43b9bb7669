import { html } from "../html.js";
import type { Html } from "../html.js";
import type { Mailbox } from "../mailbox.js";
import { moment } from "../texts.js";
import { frame } from "./frame.js";
import type { View } from "./frame.js";

/** Everything that the demo's service has sent to anybody. */
export function mailbox(at: View, { letters }: Mailbox): Html {
  const { say, lang } = at;
  return frame(at, say("mailbox.title"), html`<p class="note">${say("mailbox.warning")}</p>
<p><a class="button" href="/mailbox">${say("mailbox.again")}</a></p>
${letters.length === 0 ? html`<p class="quiet">${say("mailbox.none")}</p>` : letters.map(({ by, to, subject, text, at: when }) =>
    html`<article><h2>${subject || say("mailbox.sms")}</h2><p class="quiet">${by === "sms" ? say("mailbox.sms") : say("mailbox.mail")} → ${to}, ${moment(lang, when)}</p>
<pre>${text.trim()}</pre></article>`)}`);
}
