import type { LiveOpenedOut } from "./schema.js";

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
