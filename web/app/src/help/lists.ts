import { Problem } from "../account/api.js";
import { Book } from "./book.js";
import type { Fault, SignedFile } from "./book.js";

/** The two lists that a tenant signs. */
export type Listed = "channels" | "announcements";

/** How a list stands. Nothing is said from one that does not hold. */
export type Standing =
  | { is: "holds"; file: SignedFile; key: string; from: "service" | "kept" | "disk" }
  | { is: "fault"; fault: Fault; from: "service" | "kept" | "disk" }
  /** Neither is there a network, nor was anything kept. */
  | { is: "none" }
  /** This browser cannot check signatures: only the service can be asked. */
  | { is: "unchecked" };

/** Which keys are trusted, and why. */
export interface Trust {
  /** One a line, `name+id+key`. */
  keys: string;
  /** Did the person give them? Otherwise they came from this service, at the first visit. */
  given: boolean;
  /** Since when, milliseconds since 1970. */
  since: number;
}

/** What is kept of a tenant in this browser: public data, checked again whenever it is used. */
interface Kept {
  trust?: Trust;
  lists: Partial<Record<Listed, { text: string; number: number }>>;
}

/** Everything that is kept begins with this. */
const PREFIX = "menshen.official.";
/** The service's own public key. */
const KEY = "/help/key";

/** The signed lists of a tenant, as this browser knows them. */
export class Lists {
  #kept: Kept;
  readonly #books: Record<Listed, Promise<Book>> = { channels: Book.load(), announcements: Book.load() };

  constructor(readonly tenant: string) {
    this.#kept = read(tenant);
    for (const book of Object.values(this.#books)) book.catch(() => undefined);
  }

  /** Returns whose signatures count; nobody's before the first list. */
  get trust(): Trust | undefined {
    return this.#kept.trust;
  }

  /** Returns what judges by the channels; nothing where this browser cannot. */
  book = (): Promise<Book | undefined> => this.#books.channels.catch(() => undefined);

  /** Asks for a list and checks it; without network the one that was kept. */
  async look(listed: Listed): Promise<Standing> {
    const book = await this.#books[listed].catch(() => undefined);
    if (book === undefined) return { is: "unchecked" };
    const sent = await this.#fetch(listed);
    const kept = this.#kept.lists[listed];
    const text = sent ?? kept?.text;
    if (text === undefined) return { is: "none" };
    const trust = this.#kept.trust ?? (await firstUse());
    if (trust === undefined) return { is: "none" };
    const from = sent === undefined ? "kept" : "service";
    const standing = open(book, { file: text, keys: trust.keys, tenant: this.tenant, least: kept?.number ?? 0 }, from);
    if (standing.is === "holds") {
      // Another tab, or the other list, may have been kept meanwhile.
      const others = read(this.tenant);
      this.#keep({ trust: others.trust ?? trust, lists: { ...this.#kept.lists, ...others.lists, [listed]: { text, number: standing.file.number } } });
    }
    return standing;
  }

  /** Opens a list of channels that somebody has as a file, with a key that they have from elsewhere: both count from then on. */
  async open(text: string, keys: string): Promise<Standing> {
    const book = await this.#books.channels;
    const least = this.#kept.trust?.keys.trim() === keys.trim() ? (this.#kept.lists.channels?.number ?? 0) : 0;
    const standing = open(book, { file: text, keys, tenant: this.tenant, least }, "disk");
    if (standing.is !== "holds" || !("channels" in standing.file.list)) return standing.is === "holds" ? { is: "fault", fault: "malformed", from: "disk" } : standing;
    this.#keep({ trust: { keys, given: true, since: Date.now() }, lists: { channels: { text, number: standing.file.number } } });
    return standing;
  }

  /** Takes a key from elsewhere for the lists of this service. Throws for what is no key, and keeps nothing then. */
  async give(keys: string): Promise<Standing> {
    const book = await this.#books.channels;
    const sent = await this.#fetch("channels");
    if (sent === undefined) return { is: "none" };
    const standing = open(book, { file: sent, keys, tenant: this.tenant, least: 0 }, "service");
    if (standing.is === "holds") {
      this.#keep({ trust: { keys, given: true, since: Date.now() }, lists: { channels: { text: sent, number: standing.file.number } } });
    }
    return standing;
  }

  /** Forgets lists and key; the next visit is a first one. */
  forget(): void {
    this.#kept = { lists: {} };
    try {
      localStorage.removeItem(PREFIX + this.tenant);
    } catch {
      // What keeps nothing has nothing to forget.
    }
  }

  #keep(kept: Kept): void {
    this.#kept = kept;
    try {
      localStorage.setItem(PREFIX + this.tenant, JSON.stringify(kept));
    } catch {
      // Without it the page needs a network each time.
    }
  }

  /** Returns the list as it was signed; nothing where the service cannot be reached. The browser's own copy is asked about: it would
   * pass for one that was fetched now. */
  async #fetch(listed: Listed): Promise<string | undefined> {
    let response: Response;
    try {
      response = await fetch(`/v1/public/${this.tenant}/${listed}`, { cache: "no-cache", credentials: "omit", redirect: "error" });
    } catch {
      return undefined;
    }
    if (response.ok) return response.text();
    if (response.status >= 500) return undefined;
    throw new Problem(response.status, await response.json().catch(() => undefined));
  }
}

function open(book: Book, asked: Omit<Parameters<Book["open"]>[0], "now">, from: "service" | "kept" | "disk"): Standing {
  const opened = book.open({ ...asked, now: Date.now() });
  return "holds" in opened ? { is: "holds", ...opened.holds, from } : { is: "fault", fault: opened.fault, from };
}

/** Takes the key from the service: there is no other one yet, and the page says so. */
async function firstUse(): Promise<Trust | undefined> {
  try {
    const response = await fetch(KEY, { credentials: "omit", redirect: "error" });
    return response.ok ? { keys: await response.text(), given: false, since: Date.now() } : undefined;
  } catch {
    return undefined;
  }
}

/** Reads what was kept. Whatever else may stand there is as good as nothing: lists are checked by their signature anyway. */
function read(tenant: string): Kept {
  try {
    const kept = JSON.parse(localStorage.getItem(PREFIX + tenant) ?? "{}") as Partial<Kept>;
    return { ...kept, lists: kept.lists ?? {} };
  } catch {
    return { lists: {} };
  }
}
