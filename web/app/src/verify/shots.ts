import { Problem } from "../shared/service.js";
import type { Eye } from "./eye.js";
import { reasonOf } from "./flow.js";
import type { Flow } from "./flow.js";
import type { Part, Shot } from "./model.js";
import { sendPhoto } from "./upload.js";

/** Photos on their way from the camera to the service. One at a time. */
export class Shots {
  #control: AbortController | undefined;

  constructor(
    readonly flow: Flow,
    readonly eye: () => Eye | undefined,
  ) {}

  /** Takes a photo: the engine in the page looks first, and what it finds bad is not sent before the person says so. */
  take = async (part: Part, photo: Blob): Promise<void> => {
    this.drop();
    const shot: Shot = {
      part,
      photo,
      url: URL.createObjectURL(photo),
      seen: undefined,
      sending: "looking",
      sent: 0,
      capture: undefined,
      refused: undefined,
    };
    this.flow.set({ shot, camera: undefined });
    const eye = this.eye();
    let bad = false;
    if (eye) {
      try {
        const seen = await eye.shot(photo, part);
        bad = seen.reasons.some(({ blocks }) => blocks);
        this.#change({ seen, sending: bad ? "asking" : "looking" });
      } catch {
        // What the page cannot look at, the service can.
      }
    }
    if (!bad) await this.send();
  };

  /** Sends the photo that was taken, whatever the page thinks of it. */
  send = async (): Promise<void> => {
    const { shot } = this.flow.model;
    if (!shot) return;
    const control = new AbortController();
    this.#control = control;
    this.#change({ sending: "sending", sent: 0, refused: undefined });
    try {
      const capture = await sendPhoto(this.flow.service, this.flow.verification, shot.part, shot.photo, {
        signal: control.signal,
        onSent: (sent) => this.#change({ sent, sending: "sending" }),
        onWaiting: () => this.#change({ sending: "waiting" }),
      });
      const known = await this.flow.ask();
      this.#change({ capture, sending: "judged", sent: 1 });
      this.flow.set({ known });
    } catch (error) {
      if (control.signal.aborted) return;
      if (!(error instanceof Problem) || error.status === 401 || error.status === 409) {
        this.drop();
        return this.flow.stuck(error);
      }
      this.#change({ sending: "stopped", refused: reasonOf(error) ?? error.code });
    }
  };

  /** Goes on after a photo that is good. */
  keep = (): void => this.drop();

  /** Throws the photo away and opens the camera once more. */
  retake = (how: "camera" | "prepare"): void => {
    const part = this.flow.model.shot?.part;
    this.drop();
    if (how === "camera") this.flow.open(part);
  };

  /** Throws the photo away. */
  drop(): void {
    this.#control?.abort();
    const { shot } = this.flow.model;
    if (!shot) return;
    URL.revokeObjectURL(shot.url);
    this.flow.set({ shot: undefined });
  }

  #change(change: Partial<Shot>): void {
    const { shot } = this.flow.model;
    if (shot) this.flow.set({ shot: { ...shot, ...change } });
  }
}
