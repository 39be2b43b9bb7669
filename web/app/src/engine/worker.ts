// The worker: loads the module and its models, then examines one picture after another.

import { EngineError } from "./error";
import { Files, Patience, type FileNote } from "./fetch";
import { Module } from "./module";
import { pixels } from "./pixels";
import type { FromWorker, Picture, Task, ToWorker } from "./protocol";
import type { DocumentLook, FaceLook, Rules } from "./types";

/** What `engine.json` says. */
interface EngineNote {
  readonly wasm: FileNote;
  readonly models: readonly (FileNote & { readonly name: string })[];
}

let module: Module | undefined;

function say(message: FromWorker): void {
  self.postMessage(message);
}

function failure(error: unknown): { kind: EngineError["kind"]; message: string } {
  if (error instanceof EngineError) return { kind: error.kind, message: error.message };
  return { kind: "unsupported", message: "this browser cannot run the engine" };
}

async function load(base: string, rules: Rules, ms: number): Promise<Module> {
  if (typeof WebAssembly === "undefined" || typeof OffscreenCanvas === "undefined") {
    throw new EngineError("unsupported", "this browser lacks WebAssembly or OffscreenCanvas");
  }
  const patience = new Patience(ms);
  let received = 0;
  let total = 0;
  const files = new Files(base, patience, (count) => {
    received += count;
    say({ kind: "progress", received, total });
  });
  try {
    const note = (await files.json("engine/engine.json")) as EngineNote;
    total = [note.wasm, ...note.models].reduce((sum, file) => sum + file.bytes, 0);
    const [compiled, ...models] = await Promise.all([
      compile(files, note.wasm),
      ...note.models.map(async (file) => ({ name: file.name, bytes: await files.bytes(file) })),
    ]);
    patience.end();
    const made = await Module.start(compiled, models, rules);
    void files.forgetOthers();
    return made;
  } finally {
    patience.end();
  }
}

/** Compiles while the bytes come, and hands the module out only when they were checked. */
async function compile(files: Files, note: FileNote): Promise<WebAssembly.Module> {
  let early: Promise<WebAssembly.Module | undefined> = Promise.resolve(undefined);
  const bytes = await files.bytes(note, (stream) => {
    const response = new Response(stream, { headers: { "content-type": "application/wasm" } });
    early = WebAssembly.compileStreaming(response).catch(() => undefined);
  });
  const compiled = await early;
  if (compiled) return compiled;
  try {
    return await WebAssembly.compile(bytes);
  } catch {
    throw new EngineError("unsupported", "this browser cannot run the engine's instructions");
  }
}

async function examine(task: Task, picture: Picture): Promise<DocumentLook | FaceLook> {
  if (!module) throw new EngineError("closed", "the engine is not loaded");
  const began = performance.now();
  const look =
    picture instanceof Blob
      ? await module.shot(task, new Uint8Array(await picture.arrayBuffer()))
      : await module.frame(task, pixels(task, picture));
  return { ...look, ms: performance.now() - began };
}

self.onmessage = async ({ data }: MessageEvent<ToWorker>): Promise<void> => {
  if (data.kind === "load") {
    try {
      module = await load(data.base, data.rules, data.patience);
      say({ kind: "ready" });
    } catch (error) {
      say({ kind: "failed", error: failure(error) });
    }
    return;
  }
  try {
    say({ kind: "look", id: data.id, look: await examine(data.task, data.picture) });
  } catch (error) {
    say({ kind: "refused", id: data.id, error: failure(error) });
  }
};
