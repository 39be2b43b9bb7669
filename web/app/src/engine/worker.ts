// The worker: loads the module, then its models while documents are examined already.

import { EngineError } from "./error";
import { Files, Patience, type FileNote } from "./fetch";
import { Models, type ModelNote } from "./models";
import { Module, type Look } from "./module";
import { decoded, pixels } from "./pixels";
import type { Failure, FromWorker, Picture, Task, ToWorker } from "./protocol";
import type { DocumentLook, FaceLook, Rules } from "./types";

/** What `engine.json` says. */
interface EngineNote {
  readonly wasm: FileNote;
  readonly models: readonly ModelNote[];
}

interface Loaded {
  readonly module: Module;
  readonly models: Models;
}

let loaded: Loaded | undefined;

function say(message: FromWorker): void {
  self.postMessage(message);
}

function failure(error: unknown): Failure {
  if (error instanceof EngineError) return { kind: error.kind, message: error.message };
  return { kind: "unsupported", message: "this browser cannot run the engine" };
}

async function load(base: string, rules: Rules, ms: number): Promise<Loaded> {
  if (typeof WebAssembly === "undefined" || typeof OffscreenCanvas === "undefined") {
    throw new EngineError("unsupported", "this browser lacks WebAssembly or OffscreenCanvas");
  }
  let received = 0;
  let total = 0;
  const patience = new Patience(ms);
  const files = new Files(base, patience, (count) => {
    received += count;
    say({ kind: "progress", received, total });
  });
  try {
    const note = (await files.json("engine/engine.json")) as EngineNote;
    total = [note.wasm, ...note.models].reduce((sum, file) => sum + file.bytes, 0);
    const module = await Module.start(await compile(files, note.wasm), rules);
    return { module, models: new Models(module, files, note.models) };
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

async function examine(task: Task, picture: Picture): Promise<DocumentLook | FaceLook | null> {
  if (!loaded) throw new EngineError("closed", "the engine is not loaded");
  const { module, models } = loaded;
  if (task.of === "face" && !(await models.there(picture instanceof Blob))) return null;
  const began = performance.now();
  const look = await (picture instanceof Blob ? examineShot(module, task, picture) : module.frame(task, pixels(task, picture)));
  return { ...look, ms: performance.now() - began };
}

async function examineShot(module: Module, task: Task, shot: Blob): Promise<Look> {
  const bytes = new Uint8Array(await shot.arrayBuffer());
  const picture = await decoded(bytes);
  return picture ? module.pixels(task, picture) : module.shot(task, bytes);
}

self.onmessage = async ({ data }: MessageEvent<ToWorker>): Promise<void> => {
  if (data.kind === "load") {
    try {
      loaded = await load(data.base, data.rules, data.patience);
      say({ kind: "ready" });
      await loaded.models.fetch(data.patience);
      say({ kind: "faces" });
    } catch (error) {
      say({ kind: loaded ? "faces" : "failed", error: failure(error) });
    }
    return;
  }
  try {
    say({ kind: "look", id: data.id, look: await examine(data.task, data.picture) });
  } catch (error) {
    say({ kind: "refused", id: data.id, error: failure(error) });
  }
};
