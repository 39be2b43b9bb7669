import type { EntitlementOut } from "@menshen/client";
import type { Account } from "../accounts.js";
import { write } from "../amount.js";
import { html } from "../html.js";
import type { Html } from "../html.js";
import type { Asked } from "../session.js";
import { moment, word } from "../texts.js";
import { form, frame } from "./frame.js";
import type { View } from "./frame.js";

/** What was typed and cannot be, and why. */
export interface Typed {
  amount: string;
  address: string;
  fault: "amount" | "address" | "balance";
}

/** Asks how much, and where to. */
export function ask(at: View, account: Account, typed?: Typed): Html {
  const { say } = at;
  const fault = typed?.fault;
  const wrong = (field: string) => (fault === field || (fault === "balance" && field === "amount") ? html` aria-invalid="true" aria-describedby="fault"` : "");
  return frame(at, say("withdraw.title"), html`<p>${say("withdraw.have", { balance: write(account.balance) })}</p>
${fault ? html`<p class="note" id="fault" role="alert">${say(`withdraw.fault.${fault}`)}</p>` : ""}
${form(at, "/withdraw", html`<label>${say("withdraw.amount")}<input name="amount" inputmode="decimal" autocomplete="off" required value="${typed?.amount}"${wrong("amount")}></label>
<label>${say("withdraw.address")}<input name="address" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="100" required value="${typed?.address}"${wrong("address")}></label>
<p class="quiet">${say("withdraw.address_help")}</p><button>${say("withdraw.ask")}</button>`)}`);
}

/** Shows what Menshen answered: whether, why not, until when, and what to do. */
export function answer(at: View, asked: Pick<Asked, "amount" | "address">, can: EntitlementOut): Html {
  const { say, lang } = at;
  const { reason, hold, limit, restrictions, required_level, device } = can;
  return frame(at, say(can.allowed ? "withdraw.may" : "withdraw.may_not"), html`
<p class="sum">${asked.amount} USDT → <code>${asked.address}</code></p>
${reason ? html`<section class="note"><h2>${reason.title[lang]}</h2><p>${reason.remedy[lang]}</p></section>` : ""}
<dl>${limit?.single ? html`<dt>${say("withdraw.single")}</dt><dd>${limit.single} USDT</dd>` : ""}
${limit?.daily ? html`<dt>${say("withdraw.daily")}</dt><dd>${limit.daily} USDT</dd>` : ""}
<dt>${say("withdraw.levels")}</dt><dd>${can.levels.length === 0 ? say("withdraw.no_level") : can.levels.join(", ")}</dd>
${required_level ? html`<dt>${say("withdraw.needs")}</dt><dd>${required_level}</dd>` : ""}
${device ? html`<dt>${say("withdraw.device")}</dt><dd>${word(say, "device", device)}</dd>` : ""}
${hold ? html`<dt>${say("withdraw.hold")}</dt><dd>${word(say, "hold", hold.reason)} ${say("withdraw.until", { at: moment(lang, hold.until) })}</dd>` : ""}
${restrictions.map((one) => html`<dt>${say("withdraw.restriction")}</dt><dd>${word(say, "flow", one.flow)}
${one.until ? say("withdraw.until", { at: moment(lang, one.until) }) : say("withdraw.until_verified")}</dd>`)}</dl>
${next(at, can)}`);
}

function next(at: View, can: EntitlementOut): Html {
  const { say } = at;
  if (can.allowed) return html`<p>${say("withdraw.confirm_help")}</p>${form(at, "/withdraw/confirm", html`<button>${say("withdraw.confirm")}</button>`)}`;
  if (can.device === "ended") return form(at, "/sign-in", html`<button>${say("withdraw.sign_in")}</button>`);
  if (can.required_level) return form(at, "/verify", html`<button>${say("home.verify")}</button>`);
  return html`<p><a href="/withdraw">${say("withdraw.other")}</a></p>`;
}

/** Says that it is done. */
export const done = (at: View, asked: Asked): Html =>
  frame(at, at.say("withdraw.done"), html`<p class="sum">${asked.amount} USDT → <code>${asked.address}</code></p>
<p>${at.say("withdraw.done_help")}</p><p><a href="/">${at.say("back")}</a></p>`);
