import type { ChannelOut, TextOut } from "../schema.js";

/** Where the module stands; its name never changes, so that it can be kept for times without network. */
const MODULE = "/web/official/official.wasm";
/** Bytes of a file that are read at once. */
const PIECE = 1 << 20;

/** An announcement of a signed list; times are milliseconds since 1970. */
export interface Announcement {
  id: string;
  kind: "notice" | "maintenance" | "warning";
  starts_at: number;
  ends_at: number;
  text: TextOut;
}

/** What a signed list says. */
export interface SignedFile {
  tenant: string;
  name: string;
  sandbox: boolean;
  number: number;
  issued_at: number;
  expires_at: number;
  list: { channels: ChannelOut[] } | { announcements: Announcement[] };
}

/** Why a signed list does not hold. */
export type Fault = "malformed" | "bad_signature" | "unknown_key" | "not_yet" | "expired" | "other_tenant" | "older";

/** What a file turned out to be: where it does not hold, nothing is said from it. */
export type Opened = { holds: { file: SignedFile; key: string } } | { fault: Fault };

/** What a text is to whoever's list was opened. */
export interface Judged {
  verdict: "official" | "lookalike" | "unknown";
  meaning?: "domain" | "mail_sender" | "phone" | "social" | "app_id" | "app_file";
  how?: "confusable" | "elsewhere" | "extra_words" | "typo";
  /** A name of theirs that was given without saying where. */
  placeless: boolean;
  channels: ChannelOut[];
}

/** A file that is to be opened. */
export interface Asked {
  file: string;
  /** The keys that are trusted, one a line. */
  keys: string;
  tenant: string;
  /** The newest number that was seen before. */
  least: number;
  now: number;
}

/** The keys that were given are none. */
export class NotKeys extends Error {}

/** What the module exports (crates/official); every function that answers returns the length of its answer. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  menshen_input(length: number): number;
  menshen_output(): number;
  menshen_open(): number;
  menshen_check(): number;
  menshen_read(): void;
  menshen_hash(): number;
}

let compiled: Promise<WebAssembly.Module> | undefined;

async function compile(): Promise<WebAssembly.Module> {
  const response = await fetch(MODULE);
  if (!response.ok) throw new Error("the module cannot be had");
  return WebAssembly.compile(await response.arrayBuffer());
}

/** The service's own code for signed lists, in the page: signature, form, time, and what only looks like it. */
export class Book {
  private constructor(private readonly run: Exports) {}

  /** Rejects where the browser cannot run the module, or it cannot be had. */
  static async load(): Promise<Book> {
    compiled ??= compile();
    try {
      const module = await compiled;
      const { exports } = await WebAssembly.instantiate(module, {});
      return new Book(exports as unknown as Exports);
    } catch (error) {
      compiled = undefined;
      throw error;
    }
  }

  /** Opens a list. */
  open(asked: Asked): Opened {
    this.#give(new TextEncoder().encode(JSON.stringify(asked)));
    return this.#answer(this.run.menshen_open()) as Opened;
  }

  /** Judges a text by the list of channels that was opened last. */
  check(text: string): Judged {
    this.#give(new TextEncoder().encode(text));
    return this.#answer(this.run.menshen_check()) as Judged;
  }

  /** Returns the SHA-256 of a file, which stays where it is; of large ones only a piece is in memory. */
  async sha256(file: Blob, onShare: (share: number) => void): Promise<string> {
    for (let at = 0; at < file.size; at += PIECE) {
      this.#give(new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer()));
      this.run.menshen_read();
      onShare(at / file.size);
    }
    return this.#answer(this.run.menshen_hash()) as string;
  }

  #give(bytes: Uint8Array): void {
    const at = this.run.menshen_input(bytes.length);
    new Uint8Array(this.run.memory.buffer, at, bytes.length).set(bytes);
  }

  #answer(length: number): unknown {
    // The memory may have grown meanwhile, which makes a new buffer of it.
    const text = new TextDecoder().decode(new Uint8Array(this.run.memory.buffer, this.run.menshen_output(), length));
    const answer: unknown = JSON.parse(text);
    const error = (answer as { error?: string }).error;
    if (error === "keys") throw new NotKeys();
    if (error !== undefined) throw new Error(error);
    return answer;
  }
}
