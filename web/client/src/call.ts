import type { Client } from "openapi-fetch";
import type { paths } from "./schema.js";

/** The typed paths that all calls go through. */
export type Api = Client<paths>;

/** What may go with any call. */
export interface Call {
  /** Ends the call, its tries included. */
  signal?: AbortSignal;
}

/** What may go with a call that creates something. */
export interface Creation extends Call {
  /** Repeats with this key have one effect; a random one where left out. 1 to 200 visible characters. */
  idempotencyKey?: string;
}

/** Returns a call's own part of a request. */
export function own(call: Creation = {}) {
  return { signal: call.signal, headers: checked({ "Idempotency-Key": call.idempotencyKey }) };
}

/** Returns the headers that have a value. A broken value is refused here: the platform's error would quote it. */
export function checked(headers: Record<string, string | undefined>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    if (!/^[\x21-\x7e]([\x20-\x7e]{0,998}[\x21-\x7e])?$/.test(value)) {
      throw new TypeError(`${name} must be visible ASCII characters`);
    }
    kept[name] = value;
  }
  return kept;
}
