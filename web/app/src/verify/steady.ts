import type { Point, Seen } from "./eye.js";

/** For how long a picture must be good and still before the shutter goes off by itself, in milliseconds. */
const HOLDS = 700;
/** How far a corner may move between two looks, in parts of the picture: a hand's tremor is a third of it. */
const MOVES = 0.02;

/** Tells when a picture has been good and still for long enough. */
export class Steadiness {
  #since: number | undefined;
  #last: readonly Point[] = [];

  /** Takes in what is seen now; true once it has stood for long enough. */
  settled({ reasons, outline }: Seen, now: number): boolean {
    const good = outline.length > 0 && !reasons.some(({ blocks }) => blocks);
    const still = outline.length === this.#last.length && outline.every((point, at) => near(point, this.#last[at]));
    this.#last = outline;
    if (!good || !still) {
      this.#since = undefined;
      return false;
    }
    this.#since ??= now;
    return now - this.#since >= HOLDS;
  }
}

function near([x, y]: Point, other: Point | undefined): boolean {
  return other !== undefined && Math.hypot(x - other[0], y - other[1]) <= MOVES;
}
