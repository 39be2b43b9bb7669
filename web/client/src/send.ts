import { Unreachable } from "./problem.js";
import { sleep } from "./sleep.js";

/** Sends one request, as the platform's `fetch` does. */
export type Fetch = (request: Request) => Promise<Response>;

/** Milliseconds before each further try; after the last one the failure stands. */
export const DELAYS: readonly number[] = [500, 1_000, 2_000, 4_000, 8_000];
/** Longest `Retry-After` that is waited for, in milliseconds: a later time is the caller's to plan. */
const LONGEST_WAIT = 60_000;
/** Longest time for one try, in milliseconds. The service itself ends a request after 60 s unless told otherwise. */
const LONGEST_TRY = 65_000;
/** Too much to do; and a proxy's words for a service that did not answer it. */
const LATER: readonly number[] = [502, 503, 504];
const KEY = "Idempotency-Key";
const FRAMES = /\/live\/[^/]+\/frames$/;

/**
 * Returns a `fetch` that tries again where that is safe. Every POST carries an `Idempotency-Key`, the same one in all
 * tries; the other methods have one effect however often they are sent. A piece of something larger, a PATCH or a frame of
 * a live check, is sent once: its place is used by then.
 */
export function persistent(fetch: Fetch, delays: readonly number[]): Fetch {
  return async (request) => {
    const piece = request.method === "PATCH" || FRAMES.test(request.url);
    if (request.method === "POST" && !piece && !request.headers.has(KEY)) {
      request.headers.set(KEY, crypto.randomUUID());
    }
    const steps = piece ? [] : delays;
    for (let tries = 0; ; tries += 1) {
      const found = await once(fetch, request);
      const pause = await pauseAfter(found, steps[tries]);
      if (pause !== undefined) await sleep(pause, request.signal);
      else if (found instanceof Unreachable) throw found;
      else return found;
    }
  };
}

async function once(fetch: Fetch, request: Request): Promise<Response | Unreachable> {
  request.signal.throwIfAborted();
  const control = new AbortController();
  const stop = () => control.abort();
  const clock = setTimeout(stop, LONGEST_TRY);
  request.signal.addEventListener("abort", stop);
  try {
    return await whole(await fetch(new Request(request.clone(), { signal: control.signal })));
  } catch (error) {
    request.signal.throwIfAborted();
    return new Unreachable(error);
  } finally {
    clearTimeout(clock);
    request.signal.removeEventListener("abort", stop);
  }
}

/** Reads an answer to its end: one that breaks off is none. */
async function whole(response: Response): Promise<Response> {
  // A browser shows nothing of a redirection, and it is not followed: what was sent is for this service alone.
  if (response.type === "opaqueredirect") return response;
  const bytes = await response.arrayBuffer();
  const { status, headers } = response;
  return new Response(bytes.byteLength > 0 ? bytes : null, { status, headers });
}

/** Returns how long to wait before the next try, or nothing where there is none. */
async function pauseAfter(found: Response | Unreachable, delay: number | undefined): Promise<number | undefined> {
  if (delay === undefined) return undefined;
  if (found instanceof Unreachable) return delay;
  if (!LATER.includes(found.status) && !(await isUnderWay(found))) return undefined;
  const told = comeBack(found.headers.get("Retry-After"));
  return told > LONGEST_WAIT ? undefined : Math.max(delay, told);
}

/** Is the try before, whose answer was lost, still being worked on? */
async function isUnderWay(response: Response): Promise<boolean> {
  return response.status === 409 && (await response.clone().text()).includes('"idempotency_key_in_use"');
}

/** Reads `Retry-After`, seconds or a date, as milliseconds from now. */
function comeBack(told: string | null): number {
  if (told === null) return 0;
  const seconds = Number(told);
  const wait = Number.isNaN(seconds) ? Date.parse(told) - Date.now() : seconds * 1_000;
  return wait > 0 ? wait : 0;
}
