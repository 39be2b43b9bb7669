import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";

/** The files of `public`, by path: nothing else is read from the disk for anybody. */
const KINDS: Readonly<Record<string, string>> = {
  "/style.css": "text/css; charset=utf-8",
  "/verify.js": "text/javascript; charset=utf-8",
  "/icon.svg": "image/svg+xml",
};

/** Answers with a file of this site, where the path is one; tells whether it was. */
export async function asset(path: string, response: ServerResponse): Promise<boolean> {
  const kind = KINDS[path];
  if (kind === undefined) return false;
  const bytes = await readFile(new URL(`../public${path}`, import.meta.url));
  response.writeHead(200, { "Content-Type": kind }).end(bytes);
  return true;
}
