// Writes engine.json: what the page fetches, with size and hash, and prints what it costs. Used by scripts/wasm.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";

const folder = process.argv[2];
// In the order in which a page needs them; all of them are the server's own files, checked against the same manifest.
const MODELS = ["face-detection", "face-mesh", "iris"];
// Promised to people on slow networks.
const MOST_WASM = 450_000;
const MOST_MODELS = 6_000_000;

const manifest = readFileSync("crates/models/manifest.toml", "utf8").split(/^\[\[model\]\]$/m);
const models = MODELS.map((name) => {
  const entry = manifest.find((part) => part.includes(`\nname = "${name}"\n`));
  const value = (key) => entry?.match(new RegExp(`^${key} = "?([^"\n]+)"?$`, "m"))?.[1];
  if (!value("sha256")) throw new Error(`${name} is not in the manifest`);
  return { name, path: `models/${value("file")}`, bytes: Number(value("bytes")), sha256: value("sha256") };
});

const wasm = readFileSync(`${folder}/engine.wasm`);
const sha256 = createHash("sha256").update(wasm).digest("hex");
const note = { wasm: { path: "engine/engine.wasm", bytes: wasm.length, sha256 }, models };
writeFileSync(`${folder}/engine.json`, `${JSON.stringify(note, null, 2)}\n`);

const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: wasm.length };
const small = brotliCompressSync(wasm, { params }).length;
const all = models.reduce((sum, model) => sum + model.bytes, 0);
console.log(`engine.wasm ${wasm.length} bytes, brotli ${small} (at most ${MOST_WASM}); models ${all} bytes (at most ${MOST_MODELS})`);
if (small > MOST_WASM || all > MOST_MODELS) {
  console.error("larger than promised");
  process.exit(1);
}
