import connect from "openapi-fetch";
import { appeals } from "./appeals.js";
import { applicants } from "./applicants.js";
import { checked } from "./call.js";
import type { Api, Call } from "./call.js";
import { contacts } from "./contacts.js";
import { entitlements } from "./entitlements.js";
import { invitations } from "./invitations.js";
import { lists } from "./lists.js";
import { live } from "./live.js";
import { official } from "./official.js";
import { oidc } from "./oidc.js";
import { operation } from "./operation.js";
import { anybody } from "./public.js";
import { review } from "./review.js";
import type { paths, VerificationOut } from "./schema.js";
import { DELAYS, persistent } from "./send.js";
import type { Fetch } from "./send.js";
import { staff } from "./staff.js";
import { stepUps } from "./step-ups.js";
import { support } from "./support.js";
import { tenant } from "./tenant.js";
import { uploads } from "./uploads.js";
import { untilVerdict } from "./verdict.js";
import { verifications } from "./verifications.js";
import { webhooks } from "./webhooks.js";

/** Where the service is, and who calls. */
export interface Options {
  /** The service's address, `https://menshen.example`. */
  url: string;
  /** A key of yours; on a person's own page the person's token, never a key. */
  key: string;
  /** Sends the requests; the platform's `fetch` where left out. */
  fetch?: Fetch;
  /** Milliseconds before each further try; `DELAYS` where left out, none for `[]`. */
  delays?: readonly number[];
}

/**
 * Calls a Menshen service: one method for each operation of `openapi.json`, with its name (but `uploadCapture` for
 * `put_capture`).
 */
export type Menshen = ReturnType<typeof createClient>;

/** Returns a client of a service. It keeps no state but these options, and writes nothing anywhere. */
export function createClient({ url, key, fetch = (request) => globalThis.fetch(request), delays = DELAYS }: Options) {
  const api: Api = connect<paths>({
    baseUrl: address(url),
    headers: checked({ Authorization: `Bearer ${key}` }),
    fetch: persistent(fetch, delays),
    // A redirection would carry what was sent to somebody else.
    redirect: "manual",
  });
  const people = { ...applicants(api), ...contacts(api), ...verifications(api), ...uploads(api), ...live(api) };
  const helped = { ...appeals(api), ...review(api), ...staff(api), ...support(api) };
  const accounts = { ...entitlements(api), ...stepUps(api), ...invitations(api), ...oidc(api) };
  const known = { ...official(api), ...anybody(api), ...operation(api) };
  const all = { ...people, ...helped, ...accounts, ...known, ...lists(api), ...tenant(api), ...webhooks(api) };
  return {
    ...all,
    /**
     * Waits until a submission is judged: then it is `verified`, `failed` with its reasons, or `pending`, where a
     * person looks at it. Throws the signal's reason when that is aborted, after two minutes where none is given.
     */
    waitForVerdict: (id: string, { signal }: Call = {}): Promise<VerificationOut> =>
      untilVerdict((call) => all.getVerification(id, call), signal),
  };
}

function address(url: string): string {
  const { protocol, username, password, origin, pathname, search, hash } = new URL(url);
  if (!/^https?:$/.test(protocol) || username || password || search || hash) {
    throw new TypeError("url must be an http or https address without name, password, query and fragment");
  }
  return origin + pathname;
}
