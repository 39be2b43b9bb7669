/**
 * Why there is no engine, or no answer of it:
 * - `unsupported`: the browser lacks something (WebAssembly with SIMD, module workers, OffscreenCanvas);
 * - `download`: a file could not be fetched; trying again later may help;
 * - `corrupt`: a file is not the one that the server names;
 * - `timeout`: nothing came for too long;
 * - `rules`: the engine does not know these rules (an older page in a cache);
 * - `crashed`: this one picture made the engine fail; others may be examined;
 * - `closed`: `close()` was called, or the signal aborted.
 */
export type EngineErrorKind = "unsupported" | "download" | "corrupt" | "timeout" | "rules" | "crashed" | "closed";

/** The one error that the engine rejects with. None of them keeps a person from going on: the server judges, too. */
export class EngineError extends Error {
  override readonly name = "EngineError";

  constructor(
    readonly kind: EngineErrorKind,
    message: string,
  ) {
    super(message);
  }
}
