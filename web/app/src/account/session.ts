import type {
  AccountNextOut, AccountOut, AccountSessionOut, AgreeOut, AgreedIn, BenefitOut, DeviceOut, FactorsOut, OidcRequestOut, PasskeyOfferOut,
  PasskeyOut, RegistrationOut, StepUpOut, TotpOfferOut,
} from "../schema.js";
import { api, body, done, header, Problem } from "./api.js";
import { NoKey, proof } from "./device.js";
import { makePasskey, showPasskey } from "./passkey.js";
import { language } from "./texts.js";

/** Somebody who has signed in, and how their account stands. */
export type Account = AccountOut;
/** What comes after the password. */
export type Next = AccountNextOut;

const params = { header };
/** An address is a mail address or a telephone number; which one it is shows. */
export const address = (typed: string) => (typed.includes("@") ? { email: typed } : { phone: typed });

/** Returns who the browser's cookie belongs to; nobody where it belongs to none. */
export async function whoami(): Promise<Account | undefined> {
  try {
    return await body(api.GET("/v1/account/session"));
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return undefined;
    throw error;
  }
}

/** The first step: login and password. */
export const begin = (tenant: string, login: string, password: string): Promise<Next> =>
  body(api.POST("/v1/account/session", { params, body: { tenant, login, password } }));

/** The first step on a device that the account trusts: its key in the place of the password; the face or an unlocked passkey follows. */
export async function beginByDevice(tenant: string, login: string): Promise<Next> {
  const device = await proof(tenant);
  if (device === undefined) throw new NoKey();
  return body(api.POST("/v1/account/session/device-key", { params, body: { tenant, login, device } }));
}

/** Sends a code to sign in with; returns where it went, masked. */
export const sendCode = async (factor: string): Promise<string> =>
  (await body(api.POST("/v1/account/session/code", { params, body: { factor } }))).address;

/** The second step: what was typed. */
export const factor = async (tenant: string, name: string, code: string): Promise<Account> =>
  body(api.POST("/v1/account/session/factor", { params, body: { factor: name, code, device: (await proof(tenant)) ?? null } }));

/** A passkey, in the place of both steps or of the second one. */
export async function passkey(tenant: string): Promise<Account> {
  const { ceremony, options } = await body(api.POST("/v1/account/session/passkey/options", { params, body: { tenant } }));
  const credential = await showPasskey(options);
  const device = (await proof(tenant)) ?? null;
  return body(api.POST("/v1/account/session/passkey", { params, body: { ceremony, credential, device } }));
}

/** Ends the session. */
export const leave = (): Promise<void> => done(api.DELETE("/v1/account/session", { params }));

/** Sends a code to an address with which somebody wants to open an account. */
export const register = (tenant: string, to: string): Promise<RegistrationOut> =>
  body(api.POST("/v1/account/registrations", { params, body: { tenant, ...address(to), locale: language() } }));
/** Takes the code, and lists what the person must agree to. */
export const proveAddress = (registration: string, code: string): Promise<AgreeOut> =>
  body(api.POST("/v1/account/registrations/code", { params, body: { registration, code } }));
/** Shows what an invitation code is. */
export const invited = (registration: string, code: string): Promise<BenefitOut> =>
  body(api.POST("/v1/account/registrations/invitation", { params, body: { registration, invitation_code: code } }));
/** Opens the account on this device. */
export const openAccount = async (
  tenant: string, registration: string, password: string, consents: AgreedIn[], invitation: string | undefined,
): Promise<Account> => {
  const confirmed = invitation === undefined ? {} : { invitation_code: invitation, invitation_confirmed: true };
  const device = (await proof(tenant)) ?? null;
  return body(api.POST("/v1/account/registrations/finish", { params, body: { registration, password, consents, device, ...confirmed } }));
};

/** Sends a code with which a forgotten password is set anew. */
export const forgot = (tenant: string, login: string) => body(api.POST("/v1/account/password-resets", { params, body: { tenant, login } }));
/** Sets it. */
export const reset = (tenant: string, login: string, code: string, password: string): Promise<void> =>
  done(api.POST("/v1/account/password-resets/finish", { params, body: { tenant, login, code, password } }));

/** Keeps the phrase by which the person knows our pages and messages. */
export const setPhrase = (id: string, phrase: string): Promise<void> =>
  done(api.PUT("/v1/applicants/{id}/phrase", { params: { path: { id } }, body: { phrase } }));

/** Lists what the person signs in with. */
export const factors = (): Promise<FactorsOut> => body(api.GET("/v1/account/factors"));
/** Names an action that is to be confirmed. */
export const stepUp = (action: string, detail: string): Promise<StepUpOut> => body(api.POST("/v1/account/step-ups", { params, body: { action, detail } }));
/** Sends a code to confirm it with. */
export const sendConfirmation = async (id: string, name: string): Promise<string> =>
  (await body(api.POST("/v1/account/step-ups/{id}/code", { params: { header, path: { id } }, body: { factor: name } }))).address;
/** Confirms it with what was typed. */
export const confirm = async (id: string, name: string, code: string): Promise<void> =>
  done(api.POST("/v1/account/step-ups/{id}/confirm", { params: { header, path: { id } }, body: { factor: name, code } }));
/** Confirms it with a passkey. */
export async function confirmByPasskey(id: string): Promise<void> {
  const path = { header, path: { id } };
  const { ceremony, options } = await body(api.POST("/v1/account/step-ups/{id}/passkey/options", { params: path }));
  const credential = await showPasskey(options);
  await done(api.POST("/v1/account/step-ups/{id}/passkey", { params: path, body: { ceremony, credential } }));
}

/** Offers an authenticator app. */
export const offerApp = (step_up: string): Promise<TotpOfferOut> => body(api.POST("/v1/account/factors/totp/offer", { params, body: { step_up } }));
/** Keeps the app that was offered. */
export const keepApp = (code: string): Promise<void> => done(api.PUT("/v1/account/factors/totp", { params, body: { code } }));
/** Takes it away. */
export const removeApp = (step_up: string): Promise<void> => done(api.POST("/v1/account/factors/totp/remove", { params, body: { step_up } }));
/** Draws other recovery codes. */
export const drawCodes = async (step_up: string): Promise<string[]> =>
  (await body(api.POST("/v1/account/factors/recovery-codes", { params, body: { step_up } }))).recovery_codes;
/** Sets another password. */
export const changePassword = (step_up: string, password: string): Promise<Account> =>
  body(api.PUT("/v1/account/password", { params, body: { step_up, password } }));

/** Lists the passkeys. */
export const passkeys = async (): Promise<PasskeyOut[]> => (await body(api.GET("/v1/account/passkeys"))).items;
/** Begins to add one. */
export const offerPasskey = (step_up: string): Promise<PasskeyOfferOut> => body(api.POST("/v1/account/passkeys/options", { params, body: { step_up } }));
/** Adds it. */
export async function addPasskey(step_up: string, { ceremony, options }: PasskeyOfferOut): Promise<void> {
  const credential = await makePasskey(options);
  await done(api.POST("/v1/account/passkeys", { params, body: { step_up, ceremony, credential } }));
}
/** Ends one. */
export const removePasskey = (id: string, step_up: string): Promise<void> =>
  done(api.POST("/v1/account/passkeys/{id}/remove", { params: { header, path: { id } }, body: { step_up } }));

/** Lists the devices. */
export const devices = (): Promise<DeviceOut[]> => body(api.GET("/v1/account/devices"));
/** Revokes one. */
export const revokeDevice = (id: string, step_up: string): Promise<void> =>
  done(api.POST("/v1/account/devices/{id}/revoke", { params: { header, path: { id } }, body: { step_up } }));
/** Lists the sessions. */
export const sessions = (): Promise<AccountSessionOut[]> => body(api.GET("/v1/account/sessions"));
/** Ends one. */
export const endSession = (id: string): Promise<void> => done(api.DELETE("/v1/account/sessions/{id}", { params: { header, path: { id } } }));

/** Returns what an app asks for that wants somebody to sign in. */
export const asked = (request: string): Promise<OidcRequestOut> => body(api.GET("/v1/account/oidc/{request}", { params: { path: { request } } }));
/** Goes back to the app, signed in; returns where to. */
export const goOn = async (request: string, share: string[]): Promise<string> =>
  (await body(api.POST("/v1/account/oidc/{request}/continue", { params: { header, path: { request } }, body: { share } }))).redirect;
/** Goes back to the app, not signed in; returns where to. */
export const deny = async (request: string): Promise<string> =>
  (await body(api.POST("/v1/account/oidc/{request}/deny", { params: { header, path: { request } } }))).redirect;
