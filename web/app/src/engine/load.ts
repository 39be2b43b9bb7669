// The page's side of the worker: starts it, feeds it one picture at a time, and never waits for ever.

import { EngineError } from "./error";
import { take } from "./frame";
import type { FromWorker, Task, ToWorker } from "./protocol";
import { Waiting, type Job } from "./waiting";
import { startWorker } from "./start";
import type { DocumentLook, Engine, FaceLook, Frame, LoadOptions, Side } from "./types";

/** Milliseconds without an answer or a byte after which loading fails. */
const PATIENCE = 15_000;
/** Milliseconds for one picture: a slow phone takes seconds for a shot of 12 megapixels, none takes this long. */
const EXAMINE = 30_000;

/** Loads the engine. Rejects with an {@link EngineError}, and with nothing else. */
export async function loadEngine(options: LoadOptions): Promise<Engine> {
  const { base, rules, onProgress, signal, patience = PATIENCE } = options;
  if (signal?.aborted) throw new EngineError("closed", "loading was aborted");
  const worker = startWorker();
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (error: EngineError): void => reject(error);
      const wait = (): void => {
        clearTimeout(timer);
        // The worker watches the network itself; this is for a worker that is silent altogether.
        timer = setTimeout(() => fail(new EngineError("timeout", "the engine did not start")), patience * 2);
      };
      wait();
      signal?.addEventListener("abort", () => fail(new EngineError("closed", "loading was aborted")), { once: true });
      worker.onerror = () => fail(new EngineError("unsupported", "the worker could not be started"));
      worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
        wait();
        if (data.kind === "progress") onProgress?.({ received: data.received, total: data.total });
        else if (data.kind === "ready") resolve();
        else if (data.kind === "failed") fail(new EngineError(data.error.kind, data.error.message));
      };
      post(worker, { kind: "load", base: new URL(base, globalThis.location.href).href, rules, patience });
    });
  } catch (error) {
    worker.terminate();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return new WorkerEngine(worker, onProgress);
}

function post(worker: Worker, message: ToWorker, transfer: Transferable[] = []): void {
  worker.postMessage(message, transfer);
}

class WorkerEngine implements Engine {
  readonly lost: Promise<Error>;
  readonly faces: Promise<void>;
  readonly #waiting = new Waiting();
  #tellLost: (error: Error) => void = () => undefined;
  #tellFaces: (error: EngineError | undefined) => void = () => undefined;
  #current: { readonly id: number; readonly job: Job; readonly timer: ReturnType<typeof setTimeout> } | undefined;
  #ended: EngineError | undefined;
  #count = 0;

  constructor(
    private readonly worker: Worker,
    private readonly onProgress: LoadOptions["onProgress"],
  ) {
    this.lost = new Promise((resolve) => (this.#tellLost = resolve));
    this.faces = new Promise((resolve, reject) => (this.#tellFaces = (error) => (error ? reject(error) : resolve())));
    // Nobody needs to listen.
    this.faces.catch(() => undefined);
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#answer(data);
    worker.onerror = () => this.#end(new EngineError("crashed", "the engine's worker failed"));
  }

  examineDocument(shot: Blob, options: { side: Side }): Promise<DocumentLook>;
  examineDocument(frame: Frame, options: { side: Side }): Promise<DocumentLook | null>;
  async examineDocument(picture: Frame | Blob, { side }: { side: Side }): Promise<DocumentLook | null> {
    return (await this.#examine({ of: "document", side }, picture)) as DocumentLook | null;
  }

  examineFace(shot: Blob): Promise<FaceLook>;
  examineFace(frame: Frame): Promise<FaceLook | null>;
  async examineFace(picture: Frame | Blob): Promise<FaceLook | null> {
    return (await this.#examine({ of: "face" }, picture)) as FaceLook | null;
  }

  close(): void {
    this.#end(new EngineError("closed", "the engine was closed"));
  }

  async #examine(task: Task, picture: Frame | Blob): Promise<DocumentLook | FaceLook | null> {
    if (this.#ended) throw this.#ended;
    return new Promise((resolve, reject) => {
      this.#waiting.add({ task, picture, resolve, reject });
      void this.#next();
    });
  }

  async #next(): Promise<void> {
    if (this.#current || this.#ended) return;
    const job = this.#waiting.next();
    if (!job) return;
    const id = ++this.#count;
    const timer = setTimeout(() => this.#end(new EngineError("timeout", "the engine gave no answer")), EXAMINE);
    this.#current = { id, job, timer };
    try {
      // A video is looked at only now, so that what is examined is as new as can be.
      const picture = await take(job.picture);
      if (this.#current?.id !== id) return;
      if (!picture) return this.#done((done) => done.resolve(null));
      const given: Transferable[] = picture instanceof ImageBitmap ? [picture] : picture instanceof Blob ? [] : [picture.data.buffer];
      post(this.worker, { kind: "examine", id, task: job.task, picture }, given);
    } catch {
      this.#done((done) => done.reject(new EngineError("unsupported", "the picture could not be taken")));
    }
  }

  #answer(message: FromWorker): void {
    if (message.kind === "progress") this.onProgress?.({ received: message.received, total: message.total });
    if (message.kind === "faces") this.#tellFaces(message.error && new EngineError(message.error.kind, message.error.message));
    if (message.kind !== "look" && message.kind !== "refused") return;
    if (this.#current?.id !== message.id) return;
    if (message.kind === "look") this.#done((job) => job.resolve(message.look));
    else this.#done((job) => job.reject(new EngineError(message.error.kind, message.error.message)));
  }

  #done(settle: (job: Job) => void): void {
    const current = this.#current;
    if (!current) return;
    clearTimeout(current.timer);
    this.#current = undefined;
    settle(current.job);
    void this.#next();
  }

  #end(error: EngineError): void {
    if (this.#ended) return;
    this.#ended = error;
    this.worker.terminate();
    this.#done((job) => job.reject(error));
    for (const job of this.#waiting.drain()) job.reject(error);
    this.#tellFaces(error);
    this.#tellLost(error);
  }
}
