import { AuthorizationResponseError, ClientError, ResponseBodyError } from "openid-client";
import { inside } from "../visit.js";
import type { Visit } from "../visit.js";
import { front } from "../pages/front.js";
import { go, show } from "../request.js";
import { renew } from "../session.js";
import type { Begun } from "../session.js";
import { finish } from "./withdraw.js";

/** Sends the browser to Menshen to sign in. */
export async function begin({ site, session, response }: Visit): Promise<void> {
  const { to, begun } = await site.signIn.begin();
  [session.begun, session.asked] = [begun, undefined];
  go(response, to);
}

/** The browser comes back: somebody has signed in, has confirmed a withdrawal, or would not. */
export async function end(visit: Visit): Promise<void> {
  const { site, session, request, response } = visit;
  const { begun, person: before, asked } = session;
  session.begun = undefined;
  // Opened by hand, or a second time.
  if (begun === undefined) return go(response, "/");
  const came = await finished(visit, begun);
  if (came === undefined) return stopped(visit);
  const { applicant } = await site.menshen.findOidcPerson({ sid: came.person.sid });
  // A withdrawal that was asked for is that person's alone; the name was shared at their first sign-in.
  const same = before?.sub === came.person.sub ? before : undefined;
  session.person = { ...came.person, applicant, name: came.person.name ?? same?.name };
  [session.asked, session.outcome] = [undefined, undefined];
  renew(request, response, site.origin.startsWith("https:"), session);
  const own = inside(visit);
  if (own === undefined || same === undefined || asked === undefined) return go(response, "/");
  session.outcome = await finish(site, own, asked, came);
  go(response, "/withdraw/outcome");
}

/** The person would not, or what came back is not what was asked for. */
function stopped({ session, response, at }: Visit): void {
  const { asked } = session;
  if (session.person === undefined) return show(response, front(at, at.say("front.not_signed_in")), 400);
  [session.asked, session.outcome] = [undefined, asked && { what: "unconfirmed", asked }];
  go(response, "/withdraw/outcome");
}

async function finished({ site, url }: Visit, begun: Begun) {
  try {
    return await site.signIn.end(url, begun);
  } catch (error) {
    const known = [AuthorizationResponseError, ResponseBodyError, ClientError].some((kind) => error instanceof kind);
    if (known) return undefined;
    throw error;
  }
}

/** Signs out here, then at Menshen. */
export function leave({ site, session, request, response }: Visit): void {
  const idToken = session.person?.idToken ?? "";
  [session.person, session.asked, session.begun] = [undefined, undefined, undefined];
  session.outcome = undefined;
  renew(request, response, site.origin.startsWith("https:"), session);
  go(response, site.signIn.leave(idToken));
}
