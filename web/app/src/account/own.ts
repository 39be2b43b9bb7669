import type {
  AccountContactIn, CheckOut, ConsentOut, ContactOut, CopyOut, DeviceVerificationOut, FaceDoneOut, FaceLoginOut, NoticeOut, OwnLimitsOut,
  OwnTokenOut, OwnVerificationsOut, RecoveryBegunOut, RecoveryOut, RegistrationOut, ThreadOut, TicketOut, VerificationOut,
} from "../schema.js";
import { api, body, done, header } from "./api.js";
import { NoKey, proof } from "./device.js";
import { address, type Account } from "./session.js";
import { language } from "./texts.js";

const params = { header };
const of = (id: string) => ({ params: { path: { id } } });

/** Lists the person's verifications, newest first, with the levels that there are. */
export const verifications = (): Promise<OwnVerificationsOut> => body(api.GET("/v1/account/verifications"));
/** Makes a token with which the capture element goes on with one of them. */
export const tokenFor = (id: string): Promise<OwnTokenOut> =>
  body(api.POST("/v1/account/verifications/{id}/token", { params: { header, path: { id } } }));
/** Opens a verification. `accept_limits` says that the person was told what it limits. */
export const openVerification = (applicant: string, level: string, flow: string, accept_limits: boolean): Promise<VerificationOut> =>
  body(api.POST("/v1/verifications", { body: { applicant, level, flow, accept_limits } }));
/** Opens the verification with which this device comes to be trusted. */
export const verifyDevice = (accept_limits: boolean): Promise<DeviceVerificationOut> =>
  body(api.POST("/v1/account/session/verification", { params, body: { accept_limits } }));
/** Trusts this device, once its owner was verified on it. */
export const trustDevice = (): Promise<Account> => body(api.POST("/v1/account/session/trust", { params }));

/** Says what the account may do now. */
export const limits = (): Promise<OwnLimitsOut> => body(api.GET("/v1/account/limits"));

/** Lists messages to the person, newest first. */
export const notices = async (id: string): Promise<NoticeOut[]> => (await body(api.GET("/v1/applicants/{id}/notices", of(id)))).items;

/** Lists the person's tickets, newest first. */
export const tickets = async (id: string): Promise<TicketOut[]> => (await body(api.GET("/v1/applicants/{id}/tickets", of(id)))).items;
/** Returns a ticket's thread. */
export const thread = (id: string): Promise<ThreadOut> => body(api.GET("/v1/tickets/{id}", of(id)));
/** Opens a ticket. */
export const openTicket = (id: string, kind: string, text: string): Promise<TicketOut> =>
  body(api.POST("/v1/applicants/{id}/tickets", { ...of(id), body: { kind, text } }));
/** Writes once more to a ticket. */
export const writeTo = (id: string, text: string) => body(api.POST("/v1/tickets/{id}/messages", { ...of(id), body: { text } }));
/** Closes a ticket. */
export const closeTicket = (id: string) => body(api.POST("/v1/tickets/{id}/close", of(id)));
/** Tells whether a code that somebody named is ours, and was given to this person. */
export const isOurs = (code: string): Promise<CheckOut> => body(api.POST("/v1/official/check", { body: { code } }));

/** Lists what the person has agreed to, newest first. */
export const consents = (id: string): Promise<ConsentOut[]> => body(api.GET("/v1/applicants/{id}/consents", of(id)));
/** Agrees to something. */
export const giveConsent = (id: string, purpose: string, version: string): Promise<void> =>
  done(api.POST("/v1/applicants/{id}/consents", { ...of(id), body: { purpose, version } }));
/** Takes a consent back. */
export const withdrawConsent = (id: string, purpose: string): Promise<void> =>
  done(api.DELETE("/v1/applicants/{id}/consents/{purpose}", { params: { path: { id, purpose } } }));
/** Returns a copy of what is kept of the person. */
export const copyOfAll = (step_up: string): Promise<CopyOut> => body(api.POST("/v1/account/copy", { params, body: { step_up } }));
/** Ends the account, for good. Without a confirmation it only tells whether it may be asked for. */
export const eraseAccount = (step_up?: string): Promise<void> =>
  done(api.POST("/v1/account/erasure", { params, body: { step_up: step_up ?? null } }));

/** Lists where messages go, masked. */
export const contacts = (id: string): Promise<ContactOut[]> => body(api.GET("/v1/applicants/{id}/contacts", of(id)));
/** Sends a code to an address that is to be the account's. */
export const offerContact = async (to: string, step_up: string): Promise<string> => {
  const asked: AccountContactIn = { ...address(to), step_up };
  return (await body(api.POST("/v1/account/contacts", { params, body: asked }))).address;
};
/** Makes it the account's, with the code that was sent to it. */
export const keepContact = (to: string, code: string): Promise<void> =>
  done(api.PUT("/v1/account/contacts", { params, body: { ...address(to), code } }));

/** Lets the person sign in by face on devices that the account trusts. */
export const allowFace = (step_up: string): Promise<void> => done(api.PUT("/v1/account/factors/face", { params, body: { step_up } }));
/** No longer. */
export const forbidFace = (): Promise<void> => done(api.DELETE("/v1/account/factors/face", { params }));
/** Begins a sign-in by face: a live check with the token that comes back. */
export const beginFace = async (tenant: string): Promise<FaceLoginOut> =>
  body(api.POST("/v1/account/session/face", { params, body: { device: (await proof(tenant)) ?? null } }));
/** Ends it, once its live check is over. */
export const finishFace = (verification: string): Promise<FaceDoneOut> =>
  body(api.POST("/v1/account/session/face/finish", { params, body: { verification } }));

/** Sends a code to an address where somebody who has lost everything can be reached. */
export const recover = (tenant: string, to: string): Promise<RegistrationOut> =>
  body(api.POST("/v1/account/recoveries", { params, body: { tenant, ...address(to), locale: language() } }));
/** Takes the code with the login of the past, and opens the verification. */
export const proveRecovery = (registration: string, code: string, login: string): Promise<RecoveryBegunOut> =>
  body(api.POST("/v1/account/recoveries/code", { params, body: { registration, code, login } }));
/** Tells where a recovery stands. */
export const recoveryState = (recovery: string): Promise<RecoveryOut> =>
  body(api.POST("/v1/account/recoveries/state", { params, body: { recovery } }));
/** Takes the account back: another password, and this device alone. */
export async function finishRecovery(tenant: string, recovery: string, password: string): Promise<void> {
  const device = await proof(tenant);
  if (device === undefined) throw new NoKey();
  await done(api.POST("/v1/account/recoveries/finish", { params, body: { recovery, password, device } }));
}
