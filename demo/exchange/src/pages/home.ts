import type { VerificationOut } from "@menshen/client";
import type { Account } from "../accounts.js";
import { write } from "../amount.js";
import { html } from "../html.js";
import type { Html } from "../html.js";
import { moment, word } from "../texts.js";
import { form, frame } from "./frame.js";
import type { View } from "./frame.js";

/** How somebody stands: what they have, and how far they are verified. */
export function home(at: View, account: Account, verified: readonly string[], newest: VerificationOut | undefined): Html {
  const { say, lang, session } = at;
  const name = session.person?.name;
  return frame(at, name ? say("home.hello", { name }) : say("home.title"), html`
<section><h2>${say("home.balance")}</h2><p class="sum">${write(account.balance)} USDT</p><p class="quiet">${say("home.play")}</p>
<p><a class="button" href="/withdraw">${say("nav.withdraw")}</a></p>
${account.withdrawals.length === 0 ? "" : html`<h3>${say("home.withdrawals")}</h3><ul>${account.withdrawals.map((one) =>
    html`<li>${one.amount} USDT → <code>${one.address}</code>, ${moment(lang, one.at)}</li>`)}</ul>`}</section>
<section><h2>${say("home.identity")}</h2>
<p>${verified.length === 0 ? say("home.unverified") : say("home.verified", { level: verified.join(", ") })}</p>
${newest ? html`<p>${say("home.standing", { status: word(say, "status", newest.status), since: moment(lang, newest.since) })}</p>
<ul>${newest.reasons.map(({ title, remedy }) => html`<li>${title[lang]} ${remedy[lang]}</li>`)}</ul>` : ""}
${verified.length === 0 ? form(at, "/verify", html`<button>${newest ? say("home.go_on") : say("home.verify")}</button>`) : ""}</section>`);
}
