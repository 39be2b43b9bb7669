import { api, body, header } from "./api.js";
import type { DeviceProofIn } from "../schema.js";
import { keep, kept } from "./vault.js";

/** What is signed before the number, so that nothing else that the key signs can be taken for it. */
const CONTEXT = "menshen.device.v1";
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;

/** This browser keeps no key, so that it can be no device of an account. */
export class NoKey extends Error {}

/** Has this browser a key for a tenant's accounts? */
export const hasKey = async (tenant: string): Promise<boolean> => (await kept(tenant).catch(() => undefined)) !== undefined;

/** Shows that this browser holds its key. Nothing where the browser keeps none: such a session can only read. */
export async function proof(tenant: string): Promise<DeviceProofIn | undefined> {
  const pair = await key(tenant).catch(() => undefined);
  if (pair === undefined) return undefined;
  const { nonce } = await body(api.POST("/v1/account/devices/nonce", { params: { header }, body: { tenant } }));
  const message = new TextEncoder().encode(`${CONTEXT}\n${tenant}\n${nonce}`);
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, message);
  const point = await crypto.subtle.exportKey("raw", pair.publicKey);
  return { key: base64url(point), nonce, signature: base64url(signature) };
}

async function key(tenant: string): Promise<CryptoKeyPair> {
  const known = await kept<CryptoKeyPair>(tenant);
  if (known !== undefined) return known;
  // The key itself cannot be read out of the browser, by this page neither.
  const made = await crypto.subtle.generateKey(ALGORITHM, false, ["sign"]);
  await keep(tenant, made);
  return made;
}

function base64url(bytes: ArrayBuffer): string {
  const text = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
