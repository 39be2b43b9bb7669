// Files of the engine: fetched once, checked by size and hash, kept by hash.

import { EngineError } from "./error";

/** A file that `engine.json` names. */
export interface FileNote {
  /** Address below the base of the pages. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

const CACHE = "menshen-engine";

/** Aborts when nothing has happened for a while; every sign of life starts the wait anew. */
export class Patience {
  readonly #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly ms: number) {
    this.alive();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  alive(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#abort.abort(), this.ms);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** Returns an opened cache, or nothing where the browser has none for this page (not secure, private window). */
async function openCache(): Promise<Cache | undefined> {
  try {
    return await caches.open(CACHE);
  } catch {
    return undefined;
  }
}

/** Fetches the files of one engine. */
export class Files {
  readonly #cache = openCache();
  readonly #kept = new Set<string>();

  constructor(
    private readonly base: string,
    private patience: Patience,
    private readonly onBytes: (count: number) => void,
  ) {}

  /** Lets somebody else watch over what is fetched from now on. */
  watchedBy(patience: Patience): void {
    this.patience = patience;
  }

  /** Returns a small JSON file, never an old one. */
  async json(path: string): Promise<unknown> {
    const response = await this.#fetch(this.base + path, "no-cache");
    try {
      return await response.json();
    } catch {
      throw new EngineError("corrupt", `${path} is no JSON`);
    }
  }

  /**
   * Returns the bytes of a file. `onStream` may read the same bytes while they come; what it makes of them must not be
   * used before the bytes are there, that is, checked.
   */
  async bytes(note: FileNote, onStream?: (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => void): Promise<ArrayBuffer> {
    const url = `${this.base}${note.path}?${note.sha256}`;
    const cache = await this.#cache;
    this.#kept.add(new URL(url, globalThis.location.href).href);
    const held = await cache?.match(url).catch(() => undefined);
    const response = held ?? (await this.#fetch(url, "default"));
    const bytes = await this.#read(response, note, onStream);
    await check(bytes, note);
    if (!held) {
      // A full disk is no reason to do without the engine.
      await cache?.put(url, new Response(bytes)).catch(() => undefined);
    }
    return bytes;
  }

  /** Forgets files of older versions. */
  async forgetOthers(): Promise<void> {
    const cache = await this.#cache;
    for (const request of (await cache?.keys().catch(() => [])) ?? []) {
      if (!this.#kept.has(request.url)) await cache?.delete(request).catch(() => false);
    }
  }

  async #fetch(url: string, cache: RequestCache): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(url, { cache, credentials: "omit", signal: this.patience.signal });
    } catch {
      throw this.#broken(url);
    }
    if (!response.ok) throw new EngineError("download", `${url}: ${response.status}`);
    return response;
  }

  async #read(
    response: Response,
    note: FileNote,
    onStream?: (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => void,
  ): Promise<ArrayBuffer> {
    let body = response.body;
    if (!body) throw new EngineError("download", `${note.path} has no content`);
    if (onStream) {
      const [ours, theirs] = body.tee();
      body = ours;
      onStream(theirs);
    }
    const whole = new Uint8Array(note.bytes);
    let count = 0;
    const reader = body.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        this.patience.alive();
        if (count + value.length > note.bytes) throw new EngineError("corrupt", `${note.path} is too long`);
        whole.set(value, count);
        count += value.length;
        this.onBytes(value.length);
      }
    } catch (error) {
      void reader.cancel().catch(() => undefined);
      throw error instanceof EngineError ? error : this.#broken(note.path);
    }
    if (count !== note.bytes) throw new EngineError("corrupt", `${note.path} is too short`);
    return whole.buffer;
  }

  #broken(what: string): EngineError {
    return this.patience.signal.aborted
      ? new EngineError("timeout", `nothing came of ${what} for too long`)
      : new EngineError("download", `${what} could not be fetched`);
  }
}

/** Throws where the bytes are not those that the server named. Pages that are not secure cannot hash. */
async function check(bytes: ArrayBuffer, note: FileNote): Promise<void> {
  if (!globalThis.crypto.subtle) return;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (hex !== note.sha256) throw new EngineError("corrupt", `${note.path} is another file than the server names`);
}
