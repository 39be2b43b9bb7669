import { body, Problem } from "./api";

/** Who is signed in. */
export interface Session {
  /** The person. */
  id: string;
  name: string;
  role: string;
  /** What the role may do. */
  scopes: string[];
  tenant: { id: string; name: string; sandbox: boolean };
  idle_ends_at: string;
  ends_at: string;
  recovery_codes_left: number;
}

/** What an invitation is for, and the secret of its authenticator app. */
export interface Invited {
  name: string;
  role: string;
  tenant: string;
  /** Base32, to be typed where no code can be scanned. */
  secret: string;
  /** What the code to be scanned says. */
  otpauth: string;
  expires_at: string;
}

let current: Session | undefined;

/** Returns who is signed in; nobody before `enter`. */
export const session = (): Session | undefined => current;
/** Remembers who is signed in, in memory only. */
export function enter(next: Session | undefined): void {
  current = next;
}
/** May whoever is signed in do this? The service asks again; this only decides what is offered. */
export const may = (scope: string): boolean => current?.scopes.includes(scope) ?? false;

/** Calls a path that the generated types do not know yet. */
export const fetchJson = <T>(path: string): Promise<T> => send<T>("GET", path);

async function send<T>(method: string, path: string, sent?: unknown): Promise<T> {
  const headers = { "Content-Type": "application/json", "Menshen-Console": "1" };
  const init: RequestInit = { method, headers, credentials: "same-origin", redirect: "error" };
  if (sent !== undefined) init.body = JSON.stringify(sent);
  const call = fetch(path, init).then(async (response) => {
    const text = await response.text();
    const read: unknown = text ? JSON.parse(text) : undefined;
    return response.ok ? { data: read as T, response } : { error: read, response };
  });
  return body(call);
}

/** Returns who the browser's cookie belongs to; nobody where it belongs to none. */
export async function whoami(): Promise<Session | undefined> {
  try {
    return await send<Session>("GET", "/v1/session");
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return undefined;
    throw error;
  }
}

/** The first step: login and password. */
export const begin = (login: string, password: string) => send<{ next: string }>("POST", "/v1/session", { login, password });
/** The second step: the code of the authenticator app, or one of the printed ones. */
export const factor = (code: string) => send<Session>("POST", "/v1/session/factor", { code });
/** Ends the session. */
export const leave = () => send<void>("DELETE", "/v1/session");
/** Opens an invitation. */
export const open = (invitation: string) => send<Invited>("POST", "/v1/enrolment", { invitation });
/** Ends an enrolment: the person is signed in, and has the codes to print. */
export const finish = (sent: { invitation: string; login: string; password: string; code: string }) =>
  send<{ session: Session; recovery_codes: string[] }>("POST", "/v1/enrolment/finish", sent);
/** Draws another invitation for somebody. */
export const invite = <T>(id: string) => send<T>("POST", `/v1/staff/${id}/invitation`);

/** A place where somebody is signed in. */
export interface OpenSession {
  id: string;
  current: boolean;
  browser: string;
  system: string;
  signed_in_at: string;
  seen_at: string;
}
/** Lists where the caller is signed in. */
export const openSessions = () => send<OpenSession[]>("GET", "/v1/sessions");
/** Ends one of the caller's sessions. */
export const endSession = (id: string) => send<void>("DELETE", `/v1/sessions/${id}`);
/** Sets another password; all other sessions end. */
export const changePassword = (password: string, next: string) => send<Session>("PUT", "/v1/session/password", { password, new_password: next });
/** Draws new recovery codes; those before end. */
export const drawCodes = (code: string) => send<{ recovery_codes: string[] }>("POST", "/v1/session/recovery-codes", { code });
