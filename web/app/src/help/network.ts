import type { DiagnosticsIn } from "../schema.js";

/** What is asked for a round trip. */
const PING = "/healthz";
/** Round trips; the middle one counts. */
const ROUNDS = 3;
/** What is fetched to tell the rate: the largest file that this page needs anyway. */
const DOWN = "/web/official/official.wasm";
/** What is sent to tell the rate, in bytes: at the least rate that policies ask for it takes a second. */
const UP = 32 * 1024;
/** How long a measurement may take, in milliseconds: whatever takes longer is slow enough to be told. */
const PATIENCE = 10_000;
/** The fastest network that the service believes, in kilobits a second. */
const FASTEST = 10_000_000;

/** Measures the way to the service. Bodies are small, and blanks: nothing of the person is in them. */
export async function measureNetwork(tenant: string): Promise<Pick<DiagnosticsIn, "network" | "network_ms" | "up_kbps" | "down_kbps">> {
  const trips: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const took = await timed(PING);
    if (took !== undefined) trips.push(took.ms);
  }
  const trip = trips.sort((a, b) => a - b)[Math.floor(trips.length / 2)];
  if (trip === undefined) return { network: "offline" };
  const down = await timed(DOWN);
  // JSON may have any number of blanks; what is checked is nothing.
  const up = await timed(`/v1/public/${tenant}/channels/check`, { method: "POST", body: `{"value":"-"${" ".repeat(UP)}}`, headers: { "Content-Type": "application/json" } });
  return {
    network_ms: Math.round(trip),
    ...(down === undefined ? {} : { down_kbps: rate(down.bytes, down.ms - trip) }),
    ...(up === undefined ? {} : { up_kbps: rate(UP, up.ms - trip) }),
  };
}

/** Sends a request past all caches, and returns how long it took and how many bytes came; nothing where it was in vain. */
async function timed(path: string, init: RequestInit = {}): Promise<{ ms: number; bytes: number } | undefined> {
  const begun = performance.now();
  let announced = 0;
  try {
    const response = await fetch(path, { ...init, cache: "no-store", credentials: "omit", redirect: "error", signal: AbortSignal.timeout(PATIENCE) });
    announced = Number(response.headers.get("Content-Length") ?? 0);
    const plain = (await response.arrayBuffer()).byteLength;
    return { ms: performance.now() - begun, bytes: announced || packed(path) || plain };
  } catch {
    // Where time ran out it is at least as slow as that.
    const ms = performance.now() - begun;
    return ms >= PATIENCE && path !== PING ? { ms, bytes: announced } : undefined;
  }
}

/** Returns how many bytes of a file came over the network, where the browser tells: files come packed. */
function packed(path: string): number {
  const entries = performance.getEntriesByName(new URL(path, location.href).href);
  const last = entries.at(-1);
  return last instanceof PerformanceResourceTiming ? last.encodedBodySize : 0;
}

/** Returns kilobits a second, which are bits a millisecond. */
const rate = (bytes: number, ms: number): number => Math.min(FASTEST, Math.round((bytes * 8) / Math.max(1, ms)));
