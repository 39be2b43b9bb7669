/** Why a delivery is not believed. */
export type Doubt = "headers_missing" | "timestamp_invalid" | "too_old" | "too_new" | "signature_wrong" | "body_invalid";

/** A delivery that is not believed: answer 400 and do nothing. */
export class WebhookError extends Error {
  /** Why. */
  readonly code: Doubt;

  constructor(code: Doubt) {
    super(`the webhook is not believed: ${code}`);
    this.name = "WebhookError";
    this.code = code;
  }
}

/** An event, as a webhook brings it and `listEvents` shows it. */
export interface WebhookEvent {
  /** The id, the same in every try: do nothing for one that you know. */
  id: string;
  /** The name, `verification.verified` and others. */
  type: string;
  /** When it happened, RFC 3339. */
  timestamp: string;
  /** Ids and codes. */
  data: Record<string, unknown>;
}

/** How a delivery is looked at. */
export interface Tolerance {
  /** Seconds by which the time of sending may differ from now; 300 where left out. */
  toleranceSeconds?: number;
  /** Milliseconds since 1970; the clock's where left out. */
  now?: number;
}

/** Headers, as `fetch` or Node hands them over. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Returns the event of a delivery, or throws a `WebhookError`. The body is what came, byte for byte: not JSON that was
 * parsed and written again.
 */
export async function verifyWebhook(
  secret: string,
  headers: WebhookHeaders,
  body: string | Uint8Array,
  { toleranceSeconds = 300, now = Date.now() }: Tolerance = {},
): Promise<WebhookEvent> {
  const [id, timestamp, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => header(headers, name));
  if (!id || !timestamp || !signatures) throw new WebhookError("headers_missing");
  if (!/^[0-9]{1,12}$/.test(timestamp)) throw new WebhookError("timestamp_invalid");
  const age = Math.floor(now / 1000) - Number(timestamp);
  if (age > toleranceSeconds) throw new WebhookError("too_old");
  if (age < -toleranceSeconds) throw new WebhookError("too_new");
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const signed = joined(new TextEncoder().encode(`${id}.${timestamp}.`), bytes);
  const key = await crypto.subtle.importKey("raw", keyOf(secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  let right = false;
  // `verify` takes as long for a wrong signature as for the right one; all are looked at.
  for (const signature of signatures.split(" ")) {
    const own = signature.startsWith("v1,") ? decoded(signature.slice(3)) : undefined;
    if (own !== undefined && (await crypto.subtle.verify("HMAC", key, own, signed))) right = true;
  }
  if (!right) throw new WebhookError("signature_wrong");
  return event(id, bytes);
}

function event(id: string, bytes: Uint8Array): WebhookEvent {
  try {
    const read = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as WebhookEvent;
    if (read.id === id && typeof read.type === "string") return read;
  } catch {
    // It is signed and no JSON: not one of ours.
  }
  throw new WebhookError("body_invalid");
}

function header(headers: WebhookHeaders, name: string): string | undefined {
  if (headers instanceof Headers) return headers.get(name) ?? undefined;
  const found = Object.entries(headers).find(([own]) => own.toLowerCase() === name);
  const value = found?.[1];
  return typeof value === "string" || value === undefined ? value : value.join(" ");
}

function keyOf(secret: string): Uint8Array<ArrayBuffer> {
  const key = secret.startsWith("whsec_") ? decoded(secret.slice(6)) : undefined;
  if (key === undefined || key.length === 0) throw new TypeError("the secret is none: it begins with whsec_");
  return key;
}

/** Returns the bytes of base64 in its one canonical form; a changed padding bit is a changed signature. */
function decoded(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const text = atob(base64);
    return btoa(text) === base64 ? Uint8Array.from(text, (letter) => letter.charCodeAt(0)) : undefined;
  } catch {
    return undefined;
  }
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}
