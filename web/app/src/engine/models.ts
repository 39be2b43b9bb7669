// The models for faces, which come while documents are examined already.

import { EngineError } from "./error";
import { Patience, type FileNote, type Files } from "./fetch";
import type { Module } from "./module";

/** A model that `engine.json` names. */
export interface ModelNote extends FileNote {
  readonly name: string;
}

/** Milliseconds after a failed download before the next attempt. */
const AGAIN = 10_000;
/** Milliseconds that a frame waits for the models: a loop of frames must not spin meanwhile. */
const FRAME_WAITS = 500;
/** Milliseconds that a shot waits for them. */
const SHOT_WAITS = 20_000;

/** The models of one module. */
export class Models {
  #coming: Promise<void> | undefined;
  #failedAt = -AGAIN;
  #patience = 0;
  #have = new Set<string>();

  constructor(
    private readonly module: Module,
    private readonly files: Files,
    private readonly notes: readonly ModelNote[],
  ) {}

  /** Fetches those that are missing; all calls share one download. */
  fetch(patience: number = this.#patience): Promise<void> {
    this.#patience = patience;
    this.#coming ??= this.#fetch().catch((error: unknown) => {
      this.#coming = undefined;
      this.#failedAt = performance.now();
      throw error;
    });
    return this.#coming;
  }

  /** Tells whether faces can be examined, waiting a little for it. Throws where the models cannot be had. */
  async there(isShot: boolean): Promise<boolean> {
    if (!this.#coming && performance.now() - this.#failedAt < AGAIN) {
      throw new EngineError("download", "the models for faces could not be fetched");
    }
    const wait = isShot ? SHOT_WAITS : FRAME_WAITS;
    const there = await Promise.race([this.fetch().then(() => true), later(wait).then(() => false)]);
    if (!there && isShot) throw new EngineError("timeout", "the models for faces have not arrived");
    return there;
  }

  async #fetch(): Promise<void> {
    const patience = new Patience(this.#patience);
    this.files.watchedBy(patience);
    try {
      const missing = this.notes.filter(({ name }) => !this.#have.has(name));
      await Promise.all(
        missing.map(async (note) => {
          await this.module.add({ name: note.name, bytes: await this.files.bytes(note) });
          this.#have.add(note.name);
        }),
      );
    } finally {
      patience.end();
    }
    await this.files.forgetOthers();
  }
}

function later(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
