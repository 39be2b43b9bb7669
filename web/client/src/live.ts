import { body, done } from "./answer.js";
import { own } from "./call.js";
import type { Api, Call, Creation } from "./call.js";
import type { LiveFrameOut, LiveIn, LiveOpenedOut, LiveOut, LiveRecordOut, LiveStateOut, RefusalIn, VerificationOut } from "./schema.js";

/** Live checks: what is shown and sent. The service chooses, times and judges. */
export const live = (api: Api) => ({
  /** Opens a live check: one use, 90 seconds at most. `openLiveKey` makes `capture_key`. */
  openLive: (verification: string, wanted: LiveIn, call?: Creation): Promise<LiveOut> =>
    body(api.POST("/v1/verifications/{id}/live", { params: { path: { id: verification } }, body: wanted, ...own(call) })),

  /** Lists the live checks of a verification with every sign, for staff. Reading it is logged. */
  listLive: (verification: string, call?: Call): Promise<LiveRecordOut[]> =>
    body(api.GET("/v1/verifications/{id}/live", { params: { path: { id: verification } }, ...own(call) })),

  /** Returns where a live check stands, for a client that connects again. */
  getLive: (verification: string, session: string, call?: Call): Promise<LiveStateOut> =>
    body(api.GET("/v1/verifications/{id}/live/{session}", { params: { path: { id: verification, session } }, ...own(call) })),

  /** Gives a live check up. */
  abandonLive: (verification: string, session: string, call?: Call): Promise<void> =>
    done(api.DELETE("/v1/verifications/{id}/live/{session}", { params: { path: { id: verification, session } }, ...own(call) })),

  /** Hands in one frame, where no WebSocket can be had. `LiveKey.frame` makes it. Send the next one after the answer. */
  postLiveFrame: (verification: string, session: string, frame: Blob, call?: Call): Promise<LiveFrameOut> => {
    const params = { path: { id: verification, session } };
    const headers = { "Content-Type": "application/octet-stream" };
    const sent = { body: "", bodySerializer: () => frame, headers, signal: call?.signal };
    return body(api.POST("/v1/verifications/{id}/live/{session}/frames", { params, ...sent }));
  },

  /** Declines to show the face: a person verifies otherwise. */
  refuseFace: (verification: string, why: RefusalIn, call?: Creation): Promise<VerificationOut> =>
    body(api.POST("/v1/verifications/{id}/face-refusal", { params: { path: { id: verification } }, body: why, ...own(call) })),

  /** Takes that back: the face is asked for again. */
  takeBackRefusal: (verification: string, call?: Call): Promise<void> =>
    done(api.DELETE("/v1/verifications/{id}/face-refusal", { params: { path: { id: verification } }, ...own(call) })),
});

/** The client's half of a session's key. It cannot be read out, and serves one session. */
export interface CaptureKey {
  /** For `LiveIn.capture_key`. */
  readonly point: string;
  /** Agrees on the session's key with what the service answered. */
  agree(opened: LiveOpenedOut, device: string): Promise<LiveKey>;
}

/** The key of a session: it proves that frames come from the client that opened it. */
export interface LiveKey {
  /** Returns a frame as the service takes it, over either way. `time` in milliseconds, on any clock that does not jump. */
  frame(seq: number, time: number, jpeg: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>;
  /** Returns the answer to the service's greeting on a WebSocket: `mac` of `{"type": "hello", mac}`. */
  hello(nonce: string): Promise<string>;
}

const CURVE = { name: "ECDH", namedCurve: "P-256" } as const;
const HMAC = { name: "HMAC", hash: "SHA-256", length: 256 } as const;

/** Makes a key for one session, with the platform's own cryptography. */
export async function openLiveKey(): Promise<CaptureKey> {
  const { subtle } = globalThis.crypto;
  const pair = await subtle.generateKey(CURVE, false, ["deriveBits"]);
  const own = new Uint8Array(await subtle.exportKey("raw", pair.publicKey));
  return {
    point: base64url(own),
    agree: async (opened, device) => {
      const theirs = bytesOf(opened.server_key);
      const server = await subtle.importKey("raw", theirs, CURVE, false, []);
      const shared = await subtle.deriveBits({ name: "ECDH", public: server }, pair.privateKey, 256);
      const session = uuid(opened.session);
      const digest = new Uint8Array(await subtle.digest("SHA-256", utf8(device)));
      const info = joined(utf8("menshen live v1"), uuid(opened.applicant), digest, own, theirs);
      const base = await subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
      const how = { name: "HKDF", hash: "SHA-256", salt: session, info };
      return keyed(await subtle.deriveKey(how, base, HMAC, false, ["sign"]), session);
    },
  };
}

function keyed(key: CryptoKey, session: Uint8Array<ArrayBuffer>): LiveKey {
  const { subtle } = globalThis.crypto;
  const mac = async (...parts: Uint8Array<ArrayBuffer>[]) => new Uint8Array(await subtle.sign("HMAC", key, joined(...parts)));
  return {
    frame: async (seq, time, jpeg) => {
      const head = joined(number(seq), number(time));
      const digest = new Uint8Array(await subtle.digest("SHA-256", jpeg));
      return joined(head, await mac(utf8("menshen live frame v1"), session, head, digest), jpeg);
    },
    hello: async (nonce) => base64url(await mac(utf8("menshen live hello v1"), session, bytesOf(nonce))),
  };
}

/** Four bytes, the highest first. */
function number(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

function uuid(text: string): Uint8Array<ArrayBuffer> {
  const digits = text.replaceAll("-", "");
  return Uint8Array.from({ length: 16 }, (_, n) => parseInt(digits.slice(2 * n, 2 * n + 2), 16));
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const bytesOf = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
