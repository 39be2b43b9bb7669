import { html } from "../html.js";
import type { Html } from "../html.js";
import { frame } from "./frame.js";
import type { View } from "./frame.js";

/** What the element needs. */
export interface Embedded {
  service: string;
  /** The hash of the service's script, for `integrity`. */
  integrity: string;
  token: string;
  verification: string;
}

/** The page that Menshen's element stands on. */
export function verify(at: View, { service, integrity, token, verification }: Embedded): Html {
  const { say, lang, session } = at;
  const head = html`<script type="module" src="${service}/web/verify.js" crossorigin integrity="${integrity}"></script>
<script type="module" src="/verify.js"></script>`;
  return frame(at, say("verify.title"), html`<p class="quiet">${say("verify.lead")}</p>
<menshen-verify token="${token}" verification="${verification}" lang="${lang}" data-csrf="${session.csrf}"></menshen-verify>
<p><a href="/">${say("back")}</a></p>`, head);
}
