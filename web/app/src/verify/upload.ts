import type { CaptureOut } from "../schema.js";
import { body, headers, Problem, Unreachable } from "../shared/service.js";
import type { Service } from "../shared/service.js";
import type { Part } from "./model.js";

/** What is told while a photo is on its way. */
export interface Watch {
  signal: AbortSignal;
  /** The part of its bytes that have arrived, 0 to 1. */
  onSent: (part: number) => void;
  /** The way is broken, and it goes on when it is whole again. */
  onWaiting: () => void;
}

/** The first piece, in bytes: a bad network shows itself soon, and progress is seen from the start. */
const FIRST_PIECE = 32 << 10;
/** The largest piece, in bytes. The service takes 8 MiB. */
const LARGEST_PIECE = 2 << 20;
/** A piece should take about so long, in milliseconds. */
const PIECE_TAKES = 700;
/** How often the way is tried again after it broke, in milliseconds; the last one for as long as it takes. */
const PAUSES = [500, 1_000, 2_000, 4_000, 8_000] as const;
const TUS = { "Tus-Resumable": "1.0.0" } as const;

/** Hands in a photo by pieces (tus 1.0) and returns what the service says of it. A broken way is waited for, not an error. */
export async function sendPhoto(service: Service, verification: string, part: Part, photo: Blob, watch: Watch): Promise<CaptureOut> {
  const about = `verification ${btoa(verification)},part ${btoa(part)}`;
  const header = { ...TUS, "Upload-Length": photo.size, "Upload-Metadata": about };
  const made = await patient(watch, () => headers(service.api.POST("/v1/uploads", { params: { header }, signal: watch.signal })));
  const id = made.get("Location")?.split("/").at(-1) ?? "";
  const capture = await pieces(service, id, photo, watch);
  const params = { path: { id: verification } };
  const captures = await patient(watch, () => body(service.api.GET("/v1/verifications/{id}/captures", { params, signal: watch.signal })));
  const found = captures.find((one) => one.id === capture);
  if (!found) throw new Problem(404, undefined);
  return found;
}

/** Sends pieces until the service names the photo. */
async function pieces(service: Service, id: string, photo: Blob, watch: Watch): Promise<string> {
  let offset = 0;
  let size = FIRST_PIECE;
  for (let broken = 0; ; ) {
    try {
      const begun = performance.now();
      const answer = await piece(service, id, offset, photo.slice(offset, offset + size), watch.signal);
      if (answer.capture) return answer.capture;
      offset = answer.offset;
      watch.onSent(offset / photo.size);
      const took = Math.max(performance.now() - begun, 1);
      size = Math.min(LARGEST_PIECE, Math.max(FIRST_PIECE, Math.round((size * PIECE_TAKES) / took)));
      broken = 0;
    } catch (error) {
      await pauseAfter(error, broken, watch);
      broken += 1;
      offset = await patient(watch, () => arrived(service, id, watch.signal));
      watch.onSent(offset / photo.size);
    }
  }
}

async function piece(service: Service, id: string, offset: number, bytes: Blob, signal: AbortSignal) {
  const request = new Request(`${service.url}/v1/uploads/${id}`, {
    method: "PATCH",
    headers: { ...TUS, "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" },
    body: bytes,
    signal,
  });
  const response = await attempt(service, request);
  return { offset: Number(response.headers.get("Upload-Offset")), capture: response.headers.get("Menshen-Capture") };
}

async function arrived(service: Service, id: string, signal: AbortSignal): Promise<number> {
  const response = await attempt(service, new Request(`${service.url}/v1/uploads/${id}`, { method: "HEAD", headers: TUS, signal }));
  return Number(response.headers.get("Upload-Offset"));
}

async function attempt(service: Service, request: Request): Promise<Response> {
  let response;
  try {
    response = await service.send(request);
  } catch (error) {
    request.signal.throwIfAborted();
    throw new Unreachable(error);
  }
  if (response.ok) return response;
  const problem: unknown = await response.json().catch(() => undefined);
  throw new Problem(response.status, problem);
}

/** Does something until the service answers. */
async function patient<T>(watch: Watch, act: () => Promise<T>): Promise<T> {
  for (let broken = 0; ; broken += 1) {
    try {
      return await act();
    } catch (error) {
      await pauseAfter(error, broken, watch);
    }
  }
}

/** Statuses after which the same can be sent again: a broken piece, an offset that moved, too much to do, a proxy's faults. */
const PASSING: readonly number[] = [460, 502, 503, 504];

/** Waits until the next try, or throws what no further try would change. */
async function pauseAfter(error: unknown, broken: number, watch: Watch): Promise<void> {
  watch.signal.throwIfAborted();
  if (error instanceof Problem) {
    if (error.code !== "wrong_offset" && !PASSING.includes(error.status)) throw error;
  } else if (!(error instanceof Unreachable)) throw error;
  watch.onWaiting();
  const pause = PAUSES[Math.min(broken, PAUSES.length - 1)] ?? 1_000;
  await new Promise<void>((resolve) => {
    const go = () => {
      clearTimeout(clock);
      removeEventListener("online", go);
      watch.signal.removeEventListener("abort", go);
      resolve();
    };
    const clock = setTimeout(go, pause);
    // As soon as the system says that there is a network, no pause is worth waiting for.
    addEventListener("online", go);
    watch.signal.addEventListener("abort", go);
  });
  watch.signal.throwIfAborted();
}
