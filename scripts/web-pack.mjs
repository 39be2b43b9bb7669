// Copies what was built to where the program takes it in, each file beside itself packed, and removes what is no longer built.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const [from, to] = process.argv.slice(2);
// Stays, whatever is built: without it the folder would be missing where nothing was.
const KEPT = "README.md";

const listed = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));

function put(name, bytes) {
  const path = join(to, name);
  if (existsSync(path) && readFileSync(path).equals(bytes)) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

const wanted = new Set([KEPT]);
for (const name of listed(from)) {
  const bytes = readFileSync(join(from, name));
  const packed = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
  put(name, bytes);
  put(`${name}.br`, packed);
  wanted.add(name).add(`${name}.br`);
}
for (const name of listed(to)) if (!wanted.has(name)) rmSync(join(to, name));
