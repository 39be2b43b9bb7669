import type { EntitlementOut } from "@menshen/client";
import { usedToday, withdraw } from "../accounts.js";
import { parse, write } from "../amount.js";
import { inside } from "../visit.js";
import type { Own, Site, Visit } from "../visit.js";
import * as pages from "../pages/withdraw.js";
import { trouble } from "../pages/front.js";
import { go, show } from "../request.js";
import type { Asked, Outcome } from "../session.js";

/** By how many milliseconds two clocks may differ. */
const CLOCKS = 5_000;
/** What may be an address here: no chain is asked, for nothing is sent. */
const ADDRESS = /^[\w:.-]{4,100}$/;

/** Asks how much, and where to. */
export function ask(visit: Visit): void {
  const own = inside(visit);
  if (own) show(visit.response, pages.ask(visit.at, own.account));
}

/** Says whether it may be, before anybody is asked to confirm it. */
export async function answer(visit: Visit): Promise<void> {
  const { site, form, response, at, session } = visit;
  const own = inside(visit);
  if (own === undefined) return;
  const typed = { amount: form.get("amount") ?? "", address: (form.get("address") ?? "").trim() };
  const [amount, { address }] = [parse(typed.amount), typed];
  const refuse = (fault: pages.Typed["fault"]) => show(response, pages.ask(at, own.account, { ...typed, fault }), 422);
  if (amount === undefined) return refuse("amount");
  if (!ADDRESS.test(address)) return refuse("address");
  if (amount > own.account.balance) return refuse("balance");
  const asked = { amount: write(amount), address, at: new Date() };
  const can = await may(site, own, asked.amount);
  session.asked = can.allowed ? asked : undefined;
  show(response, pages.answer(at, asked, can));
}

/** Sends the person to Menshen to confirm it: they sign in again, with two proofs. */
export async function confirm({ site, session, response }: Visit): Promise<void> {
  if (session.asked === undefined || session.person === undefined) return go(response, "/withdraw");
  session.asked.at = new Date();
  const { to, begun } = await site.signIn.again(session.person.idToken);
  session.begun = begun;
  go(response, to);
}

/** Books what was confirmed, where it may still be: meanwhile a hold may have begun, or the device be another one. */
export async function finish(site: Site, own: Own, asked: Asked, came: { at: Date; two: boolean }): Promise<Outcome> {
  const now = came.at.getTime() + CLOCKS >= asked.at.getTime();
  if (!now || !came.two) return { what: "unconfirmed", asked };
  const can = await may(site, own, asked.amount);
  if (!can.allowed) return { what: "refused", asked, can };
  return { what: withdraw(own.account, asked, new Date()) ? "done" : "balance", asked };
}

/** Shows what became of it, as often as it is looked at. */
export function outcome(visit: Visit): void {
  const { response, at, session } = visit;
  const [own, came] = [inside(visit), session.outcome];
  if (own === undefined || came === undefined) return go(response, "/");
  switch (came.what) {
    case "done":
      return show(response, pages.done(at, came.asked));
    case "refused":
      return show(response, pages.answer(at, came.asked, came.can));
    case "balance":
      return show(response, pages.ask(at, own.account, { ...came.asked, fault: "balance" }));
    case "unconfirmed":
      return show(response, trouble(at, at.say("withdraw.unconfirmed"), at.say("withdraw.unconfirmed_help")));
  }
}

function may({ menshen }: Site, { person, account }: Own, amount: string): Promise<EntitlementOut> {
  const { applicant, sid: session } = person;
  return menshen.checkEntitlement({ applicant, session, action: "withdraw", asset: "USDT", amount, used_today: usedToday(account, new Date()) });
}
