// The WebAssembly module: a few numbers in, JSON out. Its Rust side is crates/page.

import { EngineError } from "./error";
import type { Pixels } from "./pixels";
import type { Task } from "./protocol";
import type { DocumentLook, FaceLook, Rules } from "./types";

/** A model by the name that the module knows it by. */
export interface NamedModel {
  readonly name: string;
  readonly bytes: ArrayBuffer;
}

/** A look before the worker has timed it. */
export type Look = Omit<DocumentLook, "ms"> | Omit<FaceLook, "ms">;

/** What the module exports; every function that answers returns the length of its answer. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  /** Makes room for input of so many bytes and returns where. */
  menshen_input(length: number): number;
  /** Returns where the last answer stands. */
  menshen_output(): number;
  menshen_load_model(role: number): number;
  menshen_set_rules(): number;
  menshen_document_shot(side: number): number;
  menshen_document_pixels(side: number, width: number, height: number): number;
  menshen_document_frame(side: number, width: number, height: number, scale: number): number;
  menshen_face_shot(): number;
  menshen_face_pixels(width: number, height: number): number;
  menshen_face_frame(width: number, height: number, scale: number): number;
}

/** Numbers of the models, as in crates/page. */
const ROLES: Readonly<Record<string, number>> = { "face-detection": 0, "face-mesh": 1, iris: 2 };

/** A running module. One that fails on a picture is started anew for the next. */
export class Module {
  #exports: Exports | undefined;

  readonly #models: NamedModel[] = [];

  private constructor(
    private readonly compiled: WebAssembly.Module,
    private readonly rules: Rules,
  ) {}

  /** Starts the module with its rules; documents can be examined at once. */
  static async start(compiled: WebAssembly.Module, rules: Rules): Promise<Module> {
    const module = new Module(compiled, rules);
    await module.#running();
    return module;
  }

  /** Loads a model. A newer server may name some that this page does not know. */
  async add(model: NamedModel): Promise<void> {
    if (ROLES[model.name] === undefined) return;
    loadModel(await this.#running(), model);
    this.#models.push(model);
  }

  /** Examines the file of a shot, a JPEG. */
  async shot(task: Task, bytes: Uint8Array): Promise<Look> {
    const run = await this.#running();
    return this.#ask(run, bytes, () =>
      task.of === "document" ? run.menshen_document_shot(side(task)) : run.menshen_face_shot(),
    );
  }

  /** Examines a shot that the browser has decoded. */
  async pixels(task: Task, { width, height, data }: ImageData): Promise<Look> {
    const run = await this.#running();
    return this.#ask(run, data, () =>
      task.of === "document" ? run.menshen_document_pixels(side(task), width, height) : run.menshen_face_pixels(width, height),
    );
  }

  /** Examines a frame of the camera. */
  async frame(task: Task, { width, height, data, scale }: Pixels): Promise<Look> {
    const run = await this.#running();
    return this.#ask(run, data, () =>
      task.of === "document"
        ? run.menshen_document_frame(side(task), width, height, scale)
        : run.menshen_face_frame(width, height, scale),
    );
  }

  async #running(): Promise<Exports> {
    if (this.#exports) return this.#exports;
    const instance = await WebAssembly.instantiate(this.compiled, {});
    const run = instance.exports as unknown as Exports;
    for (const model of this.#models) loadModel(run, model);
    answer(run, new TextEncoder().encode(JSON.stringify(this.rules)), () => run.menshen_set_rules(), "rules");
    this.#exports = run;
    return run;
  }

  #ask(run: Exports, input: Uint8Array | Uint8ClampedArray, call: () => number): Look {
    try {
      return answer(run, input, call, "unsupported") as Look;
    } catch (error) {
      // After a trap the module's memory is in an unknown state.
      if (!(error instanceof EngineError)) this.#exports = undefined;
      throw error instanceof EngineError ? error : new EngineError("crashed", "the engine failed on this picture");
    }
  }
}

function loadModel(run: Exports, { name, bytes }: NamedModel): void {
  answer(run, new Uint8Array(bytes), () => run.menshen_load_model(ROLES[name] ?? -1), "corrupt");
}

function side(task: Task): number {
  return task.of === "document" && task.side === "back" ? 1 : 0;
}

/** Writes the input, calls, and reads the answer, which is `{error}` where something is wrong with the input. */
function answer(
  run: Exports,
  input: Uint8Array | Uint8ClampedArray,
  call: () => number,
  kind: EngineError["kind"],
): unknown {
  const at = run.menshen_input(input.length);
  new Uint8Array(run.memory.buffer, at, input.length).set(input);
  const length = call();
  // The memory may have grown meanwhile, which makes a new buffer of it.
  const text = new TextDecoder().decode(new Uint8Array(run.memory.buffer, run.menshen_output(), length));
  const value = JSON.parse(text) as { readonly error?: string };
  if (value.error !== undefined) throw new EngineError(kind, value.error);
  return value;
}
