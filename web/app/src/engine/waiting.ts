// What waits for the engine: every shot, and of the frames only the newest.

import type { Task } from "./protocol";
import type { DocumentLook, FaceLook, Frame } from "./types";

/** A picture that somebody waits for. */
export interface Job {
  readonly task: Task;
  readonly picture: Frame | Blob;
  readonly resolve: (look: DocumentLook | FaceLook | null) => void;
  readonly reject: (error: Error) => void;
}

/** The pictures that were handed in and not begun. */
export class Waiting {
  readonly #shots: Job[] = [];
  #frame: Job | undefined;

  /** Takes a job in. A frame makes one that waits already give `null`. */
  add(job: Job): void {
    if (job.picture instanceof Blob) {
      this.#shots.push(job);
      return;
    }
    const passedOver = this.#frame;
    this.#frame = job;
    if (passedOver) {
      if (passedOver.picture instanceof ImageBitmap) passedOver.picture.close();
      passedOver.resolve(null);
    }
  }

  /** Returns the next job: shots in their order, then the newest frame. */
  next(): Job | undefined {
    const shot = this.#shots.shift();
    if (shot) return shot;
    const frame = this.#frame;
    this.#frame = undefined;
    return frame;
  }

  /** Returns all jobs and waits for none any more. */
  drain(): Job[] {
    const all = [...this.#shots.splice(0), ...(this.#frame ? [this.#frame] : [])];
    this.#frame = undefined;
    return all;
  }
}
