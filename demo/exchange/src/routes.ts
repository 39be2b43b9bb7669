import type { IncomingMessage, ServerResponse } from "node:http";
import { timingSafeEqual } from "node:crypto";
import type { Site, Visit } from "./visit.js";
import { inside } from "./visit.js";
import { activity } from "./pages/activity.js";
import { front } from "./pages/front.js";
import { home } from "./pages/home.js";
import { mailbox } from "./pages/mailbox.js";
import { bytes, go, show } from "./request.js";
import { begin, end, leave } from "./routes/sign-in.js";
import { another, start, stand } from "./routes/verify.js";
import { answer, ask, confirm, outcome } from "./routes/withdraw.js";

/** Whom a path is for: somebody's server, anybody's browser, or one in which somebody has signed in. */
type Entry =
  | { from: "server"; to: (site: Site, request: IncomingMessage, response: ServerResponse) => Promise<void> }
  | { from: "anybody" | "inside"; to: (visit: Visit) => Promise<void> | void };

/** Every path of the site. */
export const ROUTES: Readonly<Record<string, Entry>> = {
  "GET /": { from: "anybody", to: first },
  "GET /bye": { from: "anybody", to: ({ response, at }) => show(response, front(at, at.say("front.bye"))) },
  "GET /mailbox": { from: "anybody", to: ({ response, at, site }) => show(response, mailbox(at, site.mailbox)) },
  "POST /sign-in": { from: "anybody", to: begin },
  "GET /callback": { from: "anybody", to: end },
  "POST /sign-out": { from: "inside", to: leave },
  "POST /verify": { from: "inside", to: start },
  "GET /verify": { from: "inside", to: stand },
  "POST /verify/token": { from: "inside", to: another },
  "GET /withdraw": { from: "inside", to: ask },
  "POST /withdraw": { from: "inside", to: answer },
  "POST /withdraw/confirm": { from: "inside", to: confirm },
  "GET /withdraw/outcome": { from: "inside", to: outcome },
  "GET /activity": { from: "inside", to: events },
  "POST /activity/forge": { from: "inside", to: forge },
  "POST /webhooks": { from: "server", to: hook },
  "POST /sms": { from: "server", to: sms },
};

async function first(visit: Visit): Promise<void> {
  const own = inside(visit);
  if (own === undefined) return show(visit.response, front(visit.at));
  const { menshen } = visit.site;
  const { items } = await menshen.listVerifications({ applicant: own.person.applicant });
  const verified = items.filter(({ status }) => status === "verified").map(({ level }) => level);
  const [newest] = items;
  // A list says how they stand; why, and what is to be done, stands at each.
  show(visit.response, home(visit.at, own.account, verified, newest && (await menshen.getVerification(newest.id))));
}

function events(visit: Visit): void {
  const applicant = inside(visit)?.person.applicant ?? "";
  show(visit.response, activity(visit.at, visit.site.inbox, applicant));
}

/** Sends this site an event that Menshen has not signed, as anybody could. */
async function forge({ site, response }: Visit): Promise<void> {
  const id = crypto.randomUUID();
  const body = JSON.stringify({ id, type: "verification.verified", timestamp: new Date().toISOString(), data: {} });
  const signature = `v1,${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64")}`;
  const headers = { "webhook-id": id, "webhook-timestamp": String(Math.floor(Date.now() / 1000)), "webhook-signature": signature };
  await fetch(`${site.origin}/webhooks`, { method: "POST", headers, body });
  go(response, "/activity");
}

/** Takes an event of Menshen's. It is answered before anything is done with it. */
async function hook({ inbox }: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const believed = await inbox.take(request.headers, await bytes(request));
  response.writeHead(believed ? 204 : 400).end();
}

/** Takes an SMS that the service sends, for the mailbox of the demo. */
async function sms({ mailbox: box, smsSecret }: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [shown, own] = [Buffer.from(request.headers.authorization ?? ""), Buffer.from(`Bearer ${smsSecret}`)];
  if (shown.length !== own.length || !timingSafeEqual(shown, own)) return void response.writeHead(401).end();
  const { to, text } = JSON.parse(Buffer.from(await bytes(request)).toString("utf8")) as { to: string; text: string };
  box.keep({ by: "sms", to: String(to), subject: "", text: String(text), at: new Date() });
  response.writeHead(204).end();
}
