import type { Frame, Lens } from "./lens.js";

/** Between two frames, in milliseconds: ten a second. */
const EVERY = 100;

/** Takes frames and hands them on, one after the other, for as long as it goes on. */
export async function film(lens: Lens, goesOn: () => boolean, hand: (frame: Frame) => Promise<void>): Promise<void> {
  while (goesOn()) {
    const begun = performance.now();
    const frame = await lens.take();
    if (frame && goesOn()) await hand(frame);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, EVERY - (performance.now() - begun))));
  }
}
