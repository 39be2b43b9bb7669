import connect from "openapi-fetch";
import type { paths, Problem as Wire } from "../schema";

/** What the service refused, and why. */
export class Problem extends Error {
  constructor(
    /** The HTTP status; 0 where nothing answered. */
    readonly status: number,
    /** A word for machines. */
    readonly code: string,
    /** What happened, in English, for people who read logs. */
    readonly detail: string,
    /** When it can be tried again, RFC 3339. */
    readonly retryAt: string | undefined,
  ) {
    super(code);
  }
}

/** Told when the session is over, so that the page shows its sign-in. */
export const SIGNED_OUT = "menshen-signed-out";

/**
 * The typed paths. The browser sends the session's cookie; the page never sees it, and keeps no secret. The header on
 * whatever changes something is one that no other site can make a browser send.
 */
export const api = connect<paths>({ baseUrl: location.origin, credentials: "same-origin", redirect: "error" });

api.use({
  onRequest({ request }) {
    if (request.method === "GET") return;
    request.headers.set("Menshen-Console", "1");
    if (request.method === "POST") request.headers.set("Idempotency-Key", crypto.randomUUID());
  },
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Returns what was answered, or throws what was refused. Whoever is no longer signed in is shown the sign-in. */
export async function body<T>(call: Promise<Answer<T>>): Promise<T> {
  try {
    return await read(call);
  } catch (error) {
    if (error instanceof Problem && error.code === "unauthenticated") window.dispatchEvent(new Event(SIGNED_OUT));
    throw error;
  }
}

/** The same for what is asked with another secret than the session's. */
export async function read<T>(call: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await call.catch(() => {
    throw new Problem(0, "unreachable", "the service did not answer", undefined);
  });
  if (response.ok) return data as T;
  const wire = (typeof error === "object" && error !== null ? error : {}) as Partial<Wire>;
  const code = wire.code ?? `status_${response.status}`;
  throw new Problem(response.status, code, wire.detail ?? "", wire.retry_at ?? undefined);
}
