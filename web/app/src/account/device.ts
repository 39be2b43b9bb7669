import { api, body, header } from "./api.js";
import type { DeviceProofIn } from "../schema.js";

/** What is signed before the number, so that nothing else that the key signs can be taken for it. */
const CONTEXT = "menshen.device.v1";
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;
/** Where the browser keeps the key: the key itself cannot be read out of it, by this page neither. */
const DATABASE = "menshen-device";
const STORE = "keys";

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
  const kept = (await stored("readonly", (store) => store.get(tenant))) as CryptoKeyPair | undefined;
  if (kept !== undefined) return kept;
  const made = await crypto.subtle.generateKey(ALGORITHM, false, ["sign"]);
  await stored("readwrite", (store) => store.put(made, tenant));
  return made;
}

function stored<T>(mode: IDBTransactionMode, deed: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const asked = deed(database.transaction(STORE, mode).objectStore(STORE));
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
      asked.transaction?.addEventListener("complete", () => database.close());
    };
  });
}

function base64url(bytes: ArrayBuffer): string {
  const text = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
