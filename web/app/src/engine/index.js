/**
 * The engine in the page: the server's own Rust code, as WebAssembly in a worker.
 *
 * ```ts
 * const engine = await loadEngine({ base: "/web/", rules, onProgress });   // throws EngineError: go on without
 * const look = await engine.examineDocument(video, { side: "front" });     // null: a newer frame took its place
 * const verdict = await engine.examineDocument(shot, { side: "front" });   // the JPEG that will be sent
 * ```
 *
 * @module
 */
export { EngineError } from "./error";
export { loadEngine } from "./load";
