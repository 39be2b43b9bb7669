import type { EnrolIn, EnrolledOut, InvitationOut, OpenSessionOut, RecoveryCodesOut, SessionOut, StaffOut } from "../schema";
import { api, body, Problem } from "./api";

/** Who is signed in. */
export type Session = SessionOut;
/** What an invitation is for, and the secret of its authenticator app. */
export type Invited = InvitationOut;
/** A place where somebody is signed in. */
export type OpenSession = OpenSessionOut;

/** The header that the middleware sets: the types ask for it in each call. */
const header = { "Menshen-Console": "1" };

let current: Session | undefined;

/** Returns who is signed in; nobody before `enter`. */
export const session = (): Session | undefined => current;
/** Remembers who is signed in, in memory only. */
export function enter(next: Session | undefined): void {
  current = next;
}
/** May whoever is signed in do this? The service asks again; this only decides what is offered. */
export const may = (scope: string): boolean => current?.scopes.includes(scope) ?? false;

/** Returns who the browser's cookie belongs to; nobody where it belongs to none. */
export async function whoami(): Promise<Session | undefined> {
  try {
    return await body(api.GET("/v1/session"));
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return undefined;
    throw error;
  }
}

/** The first step: login and password. */
export const begin = (login: string, password: string) => body(api.POST("/v1/session", { params: { header }, body: { login, password } }));
/** The second step: the code of the authenticator app, or one of the printed ones. */
export const factor = (code: string): Promise<Session> => body(api.POST("/v1/session/factor", { params: { header }, body: { code } }));
/** Ends the session. */
export const leave = async (): Promise<void> => void (await body(api.DELETE("/v1/session", { params: { header } })));
/** Opens an invitation. */
export const open = (invitation: string): Promise<Invited> => body(api.POST("/v1/enrolment", { params: { header }, body: { invitation } }));
/** Ends an enrolment: the person is signed in, and has the codes to print. */
export const finish = (sent: EnrolIn): Promise<EnrolledOut> => body(api.POST("/v1/enrolment/finish", { params: { header }, body: sent }));
/** Draws another invitation for somebody. */
export const invite = (id: string): Promise<StaffOut> => body(api.POST("/v1/staff/{id}/invitation", { params: { path: { id } } }));
/** Lists where the caller is signed in. */
export const openSessions = (): Promise<OpenSession[]> => body(api.GET("/v1/sessions"));
/** Ends one of the caller's sessions. */
export const endSession = async (id: string): Promise<void> => void (await body(api.DELETE("/v1/sessions/{id}", { params: { header, path: { id } } })));
/** Sets another password; all other sessions end. */
export const changePassword = (password: string, next: string): Promise<Session> =>
  body(api.PUT("/v1/session/password", { params: { header }, body: { password, new_password: next } }));
/** Draws new recovery codes; those before end. */
export const drawCodes = (code: string): Promise<RecoveryCodesOut> => body(api.POST("/v1/session/recovery-codes", { params: { header }, body: { code } }));
