import { readFile, rename, writeFile } from "node:fs/promises";
import type { App } from "./sign-in.js";

/** What a set-up has made, so that another start uses it again. There are secrets in it. */
export interface Kept {
  tenant?: string;
  /** Sets up and invites staff; the site itself never has it. */
  setUpKey?: string;
  /** The site's own, with the two scopes that it needs. */
  siteKey?: string;
  policy?: string;
  app?: App;
  webhook?: { id: string; secret: string };
  invitation?: string;
  channels?: boolean;
  announcement?: boolean;
  reviewer?: string;
}

/** Reads what was kept; nothing where nothing was. */
export async function read(file: string): Promise<Kept> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as Kept;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw error;
  }
}

/** Writes it for its owner alone, whole or not at all. */
export async function write(file: string, kept: Kept): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(kept, null, 2), { mode: 0o600 });
  await rename(`${file}.new`, file);
}
