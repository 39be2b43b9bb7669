import type { LiveKey } from "../../../../client/src/live-key.js";
import type { LiveFrameOut, LiveOverOut, SayOut } from "../../schema.js";
import { Problem, Unreachable } from "../../shared/service.js";
import { ask } from "./ask.js";
import type { Ask } from "./ask.js";
import { film } from "./film.js";
import type { Lens } from "./lens.js";

/** What frames one by one are made of. */
export interface Posts {
  ask: Ask;
  /** Path of the frames. */
  path: string;
  key: LiveKey;
  lens: Lens;
  next: () => number;
  onAnswer: (seq: number) => void;
  onSay: (said: SayOut) => void;
  signal: AbortSignal;
}

/** Statuses after which the next frame may go: it was too large, it was lost, there is too much to do. */
const PASSING: readonly number[] = [413, 502, 503, 504];

/** Sends frames one by one, the next after the answer, until the check is over; nothing where its state must be asked for. */
export async function byPosts({ ask: by, path, key, lens, next, onAnswer, onSay, signal }: Posts): Promise<LiveOverOut | undefined> {
  let over: LiveOverOut | undefined;
  let lost = false;
  await film(lens, () => !over && !lost && !signal.aborted, async ({ at, jpeg }) => {
    const body = new Blob([await key.frame(next(), at, jpeg)]);
    try {
      const answer = await ask<LiveFrameOut>(by, "POST", path, { body, signal });
      onAnswer(answer.next_seq);
      answer.say.forEach(onSay);
      over = answer.over ?? undefined;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Problem && PASSING.includes(error.status)) return;
      if (!(error instanceof Problem || error instanceof Unreachable)) throw error;
      // Without an answer nobody knows which numbers were used, and a refusal may have ended it.
      lost = true;
    }
  });
  return over;
}
