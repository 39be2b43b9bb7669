import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { EntitlementOut } from "@menshen/client";
import type { Lang } from "./texts.js";

/** A withdrawal that somebody has asked for and not confirmed yet. */
export interface Asked {
  amount: string;
  address: string;
  /** When it was asked for: it is confirmed by a sign-in after that. */
  at: Date;
}

/** What became of a withdrawal that came back from being confirmed. */
export type Outcome =
  | { what: "done" | "unconfirmed" | "balance"; asked: Asked }
  | { what: "refused"; asked: Asked; can: EntitlementOut };

/** What a sign-in that has begun must come back with. */
export interface Begun {
  state: string;
  nonce: string;
  verifier: string;
}

/** Somebody who has signed in. */
export interface Person {
  sub: string;
  applicant: string;
  /** Menshen's session: named whenever it is asked what the person may do. */
  sid: string;
  /** To sign out with. Never written anywhere. */
  idToken: string;
  /** The verified name, where the person shares it. */
  name: string | undefined;
}

/** What is kept of a browser. */
export interface Session {
  /** What forms of this browser bear, and nobody else's. */
  csrf: string;
  lang: Lang | undefined;
  begun: Begun | undefined;
  person: Person | undefined;
  asked: Asked | undefined;
  outcome: Outcome | undefined;
  used: number;
}

/** How long a session lasts without a request, in milliseconds. */
const LASTS = 60 * 60_000;
/** Most sessions: whoever asks without a cookie makes one. */
const MOST = 10_000;

const sessions = new Map<string, Session>();

/** Returns the session of a request; it is begun where there is none. */
export function sessionOf(request: IncomingMessage, response: ServerResponse, secure: boolean): Session {
  const held = cookie(request, name(secure));
  const found = held === undefined ? undefined : sessions.get(held);
  if (found !== undefined && Date.now() - found.used < LASTS) {
    found.used = Date.now();
    return found;
  }
  return begin(response, secure, { csrf: token(), lang: found?.lang, begun: undefined, person: undefined, asked: undefined, outcome: undefined, used: Date.now() });
}

/** Gives a session another name, as whenever somebody signs in or out: whoever knew the old one knows nothing. */
export function renew(request: IncomingMessage, response: ServerResponse, secure: boolean, session: Session): void {
  const held = cookie(request, name(secure));
  if (held !== undefined) sessions.delete(held);
  session.csrf = token();
  begin(response, secure, session);
}

/** Does a form bear what this browser's forms bear? */
export function isOwnForm(session: Session, shown: string | null): boolean {
  const [own, other] = [Buffer.from(session.csrf), Buffer.from(shown ?? "")];
  return own.length === other.length && timingSafeEqual(own, other);
}

function begin(response: ServerResponse, secure: boolean, session: Session): Session {
  const [oldest] = sessions.keys();
  if (sessions.size >= MOST && oldest !== undefined) sessions.delete(oldest);
  const id = token();
  sessions.set(id, session);
  // Lax: the browser comes back from Menshen, which is another site.
  response.setHeader("Set-Cookie", `${name(secure)}=${id}; Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`);
  return session;
}

const token = (): string => randomBytes(32).toString("base64url");
/** Without TLS, on this machine only, a browser takes no `__Host-` cookie. */
const name = (secure: boolean): string => (secure ? "__Host-lantern" : "lantern");

function cookie(request: IncomingMessage, wanted: string): string | undefined {
  const pairs = (request.headers.cookie ?? "").split(";").map((pair) => pair.trim().split("="));
  return pairs.find(([own]) => own === wanted)?.[1];
}
