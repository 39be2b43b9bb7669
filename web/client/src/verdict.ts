import type { Call } from "./call.js";
import type { VerificationOut } from "./schema.js";
import { sleep } from "./sleep.js";

/** Shortest pause before each further look, in milliseconds; then it is the longest one. */
const LOOKS: readonly number[] = [200, 300, 500, 1_000, 2_000];
/** Longest pause, in milliseconds: the queue may be faster than it expected, and two clocks may differ. */
const LONGEST_PAUSE = 5_000;
/** How long to wait where no signal is given, in milliseconds. */
const PATIENCE = 120_000;

/** Looks again and again, by the time at which an answer is expected, until the machine is no longer at work. */
export async function untilVerdict(
  get: (call: Call) => Promise<VerificationOut>,
  signal: AbortSignal = AbortSignal.timeout(PATIENCE),
): Promise<VerificationOut> {
  for (let looks = 0; ; looks += 1) {
    const found = await get({ signal });
    if (!found.processing) return found;
    await sleep(pause(found.expected_at, looks), signal);
  }
}

function pause(expected: string | null | undefined, looks: number): number {
  const shortest = LOOKS[looks] ?? LONGEST_PAUSE;
  const left = expected ? Date.parse(expected) - Date.now() : 0;
  return left > shortest ? Math.min(left, LONGEST_PAUSE) : shortest;
}
