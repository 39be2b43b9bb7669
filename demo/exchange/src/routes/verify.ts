import type { Site, Visit } from "../visit.js";
import { inside } from "../visit.js";
import { verify } from "../pages/verify.js";
import { go, show } from "../request.js";

/** The level that this exchange asks for before money leaves. */
const LEVEL = "L2";
/** What is over: another one has to be opened. */
const OVER: readonly string[] = ["expired", "verified"];

/** Opens a verification where none is under way, and goes to its page. */
export async function start(visit: Visit): Promise<void> {
  const applicant = inside(visit)?.person.applicant ?? "";
  const { menshen } = visit.site;
  const known = await underWay(visit.site, applicant);
  // Pressed twice it is one: the key is the person's, and of what they have already.
  if (known === undefined) {
    const { items } = await menshen.listVerifications({ applicant });
    await menshen.createVerification({ applicant, level: LEVEL }, { idempotencyKey: `${applicant}-${LEVEL}-${items.length}` });
  }
  go(visit.response, "/verify");
}

/** Shows the element, with a token that is good for this verification and for half an hour. */
export async function stand(visit: Visit): Promise<void> {
  const { site, response, at } = visit;
  const applicant = inside(visit)?.person.applicant ?? "";
  const found = await underWay(site, applicant);
  if (found === undefined) return go(response, "/");
  const { token } = await site.menshen.createToken(applicant, { verification: found });
  const hashes = (await (await fetch(`${site.service}/web/integrity.json`)).json()) as Record<string, string>;
  const integrity = hashes["verify.js"] ?? "";
  show(response, verify(at, { service: site.service, integrity, token, verification: found }));
}

/** Gives the page another token. */
export async function another(visit: Visit): Promise<void> {
  const applicant = inside(visit)?.person.applicant ?? "";
  const found = await underWay(visit.site, applicant);
  if (found === undefined) return void visit.response.writeHead(409).end();
  const { token } = await visit.site.menshen.createToken(applicant, { verification: found });
  visit.response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify({ token }));
}

async function underWay({ menshen }: Site, applicant: string): Promise<string | undefined> {
  const { items } = await menshen.listVerifications({ applicant });
  return items.find(({ level, flow, status }) => level === LEVEL && flow === "first" && !OVER.includes(status))?.id;
}
