import { EngineError } from "./error";
import workerUrl from "./worker?worker&url";

/** Starts the engine's worker, from another origin too: browsers refuse a worker's script from there, but not its imports. */
export function startWorker(): Worker {
  const url = new URL(workerUrl, import.meta.url);
  try {
    if (url.origin === globalThis.location.origin) return new Worker(url, { type: "module" });
    const source = new Blob([`import ${JSON.stringify(url.href)};`], { type: "text/javascript" });
    const starter = URL.createObjectURL(source);
    const worker = new Worker(starter, { type: "module" });
    // The browser reads the address when the worker starts, which may be after this function has returned.
    setTimeout(() => URL.revokeObjectURL(starter), 60_000);
    return worker;
  } catch {
    throw new EngineError("unsupported", "this browser starts no module workers");
  }
}
