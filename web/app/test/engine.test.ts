// The engine in a real browser: the same pictures through native code and through the page, compared number by number; how
// fast frames are examined; and what happens when files are missing, broken or slow. `scripts/test-engine` prepares it.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { differences, type Engine, type EngineModule, type Entry, type Look } from "./engine/compare.js";
import { buildPage, openBrowser, serve, type Served } from "./engine/ground.js";

const CORPUS = process.env["ENGINE_CORPUS"] ?? "";
const MODELS = process.env["ENGINE_MODELS"] ?? "";
const ENGINE = join(import.meta.dirname, "../public/engine");
const missing = [CORPUS && join(CORPUS, "corpus.json"), join(ENGINE, "engine.wasm"), MODELS && join(MODELS, "iris.onnx")]
  .filter((file) => !file || !existsSync(file))
  .join(" ");
const skip = missing || !CORPUS || !MODELS ? `not there: ${missing || "ENGINE_CORPUS, ENGINE_MODELS"} (scripts/test-engine makes them)` : false;

interface Corpus {
  readonly rules: Record<string, unknown>;
  readonly entries: readonly Entry[];
}

/** What the scripts in the page see: the module under test. */
interface Window {
  load(options?: { patience?: number; base?: string }): Promise<void>;
  look(file: string, task: string, frame: boolean): Promise<Look>;
}

const folder = mkdtempSync(join(tmpdir(), "menshen-engine-"));
let corpus: Corpus;
let served: Served;
let browser: Awaited<ReturnType<typeof openBrowser>>;

before(async () => {
  if (skip) return;
  corpus = JSON.parse(readFileSync(join(CORPUS, "corpus.json"), "utf8")) as Corpus;
  await buildPage(folder);
  served = await serve({ dist: folder, engine: ENGINE, models: MODELS, corpus: CORPUS });
  browser = await openBrowser();
});
after(async () => {
  await browser?.close();
  served?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens a page with the module under test in `window.trial`. */
async function open(context = browser): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${served.url}/`);
  await page.evaluate(
    async ({ rules }) => {
      const name = "/web/engine.js";
      const { loadEngine } = (await import(name)) as EngineModule;
      let engine: Engine;
      const trial = {
        async load(options: { patience?: number; base?: string } = {}) {
          engine = await loadEngine({ base: "/web/", rules, ...options });
          Object.assign(trial, { engine });
        },
        async look(file: string, task: string, frame: boolean) {
          const blob = await (await fetch(`/corpus/${file}`)).blob();
          // Without a colour space, as native code reads it.
          const picture = frame ? await createImageBitmap(blob, { colorSpaceConversion: "none" }) : blob;
          const side = task === "back" ? "back" : "front";
          const look = await (task === "face" ? engine.examineFace(picture) : engine.examineDocument(picture, { side }));
          if (!look) throw new Error("passed over");
          return look;
        },
      };
      Object.assign(globalThis, { trial });
    },
    { rules: corpus.rules },
  );
  return page;
}

/** Loads the engine in the page and returns the kind of error, or nothing. */
function loading(page: Page, options: { patience?: number; base?: string } = {}): Promise<string | undefined> {
  return page.evaluate(async (options) => {
    const { trial } = globalThis as unknown as { trial: Window };
    return trial.load(options).then(
      () => undefined,
      (error: { kind?: string }) => error.kind ?? String(error),
    );
  }, options);
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

test("the page says what the server's code says, number by number", { skip }, async (context) => {
  const page = await open();
  assert.equal(await loading(page), undefined);
  await page.evaluate(() => (globalThis as unknown as { trial: { engine: Engine } }).trial.engine.faces);
  const wrong: string[] = [];
  const largest = { page: 0, face: 0 };
  const ms: Record<string, number[]> = {};
  for (const entry of corpus.entries) {
    const look = await page.evaluate(
      ([file, task, frame]) => (globalThis as unknown as { trial: Window }).trial.look(file, task, frame),
      [entry.file, entry.task, entry.frame] as const,
    );
    const found = differences(entry, look);
    wrong.push(...found.wrong.map((text) => `${entry.file}: ${text}`));
    const kind = entry.task === "face" ? "face" : "page";
    largest[kind] = Math.max(largest[kind], found.largest);
    (ms[`${kind} ${entry.frame ? "frames" : "shots"}`] ??= []).push(look.ms);
  }
  context.diagnostic(`${corpus.entries.length} pictures; largest relative difference: pages ${largest.page}, faces ${largest.face}`);
  for (const [kind, all] of Object.entries(ms)) {
    context.diagnostic(`${kind}: N ${all.length}, median ${median(all).toFixed(0)} ms, most ${Math.max(...all).toFixed(0)} ms`);
  }
  assert.deepEqual(wrong, []);
  await page.close();
});

/** The bars are for a machine that does nothing else (`WEB_TEST_QUIET`); one that does takes up to four times as long. */
const patience = process.env["WEB_TEST_QUIET"] ? 1 : 4;

test("a camera gets its first hint within 1.5 s and 8 frames a second", { skip }, async (context) => {
  for (const of of ["document", "face"] as const) {
    const filming = await openBrowser(join(CORPUS, `${of}.y4m`));
    const page = await open(filming);
    const figures = await page.evaluate(async (of) => {
      const { trial } = globalThis as unknown as { trial: Window & { engine: Engine } };
      const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 1280, height: 720 } });
      const video = document.createElement("video");
      video.muted = true;
      video.srcObject = stream;
      await video.play();
      const began = performance.now();
      await trial.load();
      const { engine } = trial;
      const examine = () => (of === "face" ? engine.examineFace(video) : engine.examineDocument(video, { side: "front" }));
      let first = 0;
      let looks = 0;
      let found = 0;
      const ms: number[] = [];
      const codes = new Set<string>();
      for (let until = Infinity; performance.now() < until; ) {
        const look = await examine();
        if (!look) continue;
        if (!first) {
          first = performance.now() - began;
          until = performance.now() + 5_000;
          continue;
        }
        looks += 1;
        found += Number(look.found);
        ms.push(look.ms);
        for (const reason of look.reasons) codes.add(reason.code);
      }
      for (const track of stream.getTracks()) track.stop();
      const size = `${video.videoWidth}x${video.videoHeight}`;
      engine.close();
      return { first, aSecond: looks / 5, found, looks, ms, codes: [...codes], size };
    }, of);
    const { first, aSecond, ms, ...rest } = figures;
    const seen = `${rest.found} of ${rest.looks} with one, ${rest.size}, reasons ${rest.codes.join(" ") || "none"}`;
    context.diagnostic(`${of}: first after ${first.toFixed(0)} ms, ${aSecond.toFixed(1)} a second, median ${median(ms).toFixed(0)} ms; ${seen}`);
    assert.ok(rest.found > rest.looks / 2, `${of}: ${seen}`);
    assert.ok(!rest.codes.includes("doc_too_dark"), `${of}: ${seen}`);
    assert.ok(first <= 1_500 * patience, `${of}: first hint after ${first} ms`);
    assert.ok(aSecond >= 8 / patience, `${of}: ${aSecond} frames a second`);
    await filming.close();
  }
});

test("of frames that wait only the newest is examined, and no shot is dropped", { skip }, async () => {
  const page = await open();
  assert.equal(await loading(page), undefined);
  const shot = corpus.entries.find((entry) => entry.task === "front" && !entry.frame);
  const got = await page.evaluate(async (file) => {
    const { trial } = globalThis as unknown as { trial: { engine: Engine } };
    const { engine } = trial;
    const blob = await (await fetch(`/corpus/${file}`)).blob();
    const frames = await Promise.all(Array.from({ length: 5 }, () => createImageBitmap(blob)));
    const asked = [...frames.map((frame) => engine.examineDocument(frame, { side: "front" })), engine.examineDocument(blob, { side: "front" })];
    return (await Promise.all(asked)).map((look) => look !== null);
  }, shot?.file ?? "");
  assert.deepEqual(got, [true, false, false, false, true, true]);
  await page.close();
});

test("a page without the engine learns why at once", { skip }, async () => {
  const cases = [
    ["engine.wasm", "missing", "download"],
    ["engine.wasm", "changed", "corrupt"],
    ["engine.wasm", "short", "corrupt"],
    ["engine.wasm", "silent", "timeout"],
    ["engine.json", "missing", "download"],
    ["engine.json", "changed", "corrupt"],
  ] as const;
  for (const [file, fault, kind] of cases) {
    const page = await open();
    await page.evaluate(() => caches.delete("menshen-engine"));
    served.break(file, fault);
    const began = Date.now();
    assert.equal(await loading(page, { patience: 1_000 }), kind, `${file} ${fault}`);
    assert.ok(Date.now() - began < 4_000, `${file} ${fault}: ${Date.now() - began} ms`);
    served.break(file, undefined);
    await page.close();
  }
});

test("documents are examined while the models for faces are missing", { skip }, async () => {
  const page = await open();
  await page.evaluate(() => caches.delete("menshen-engine"));
  served.break("face-mesh.onnx", "missing");
  assert.equal(await loading(page), undefined);
  const [document, face] = await page.evaluate(async (file) => {
    const { trial } = globalThis as unknown as { trial: Window };
    const kind = (error: { kind?: string }) => error.kind;
    return [await trial.look(file, "front", true).then((look) => look.found, kind), await trial.look(file, "face", true).then(() => "looked", kind)];
  }, corpus.entries.find((entry) => entry.frame && entry.task === "front")?.file ?? "");
  served.break("face-mesh.onnx", undefined);
  assert.deepEqual([document, face], [true, "download"]);
  await page.close();
});

test("rules that the engine does not know are refused, and files come from the cache the second time", { skip }, async () => {
  const page = await open();
  const refused = await page.evaluate(async () => {
    const name = "/web/engine.js";
    const { loadEngine } = (await import(name)) as EngineModule;
    return loadEngine({ base: "/web/", rules: { page: {} } }).then(
      () => "loaded",
      (error: { kind?: string }) => error.kind,
    );
  });
  assert.equal(refused, "rules");
  assert.equal(await loading(page), undefined);
  await page.evaluate(() => (globalThis as unknown as { trial: { engine: Engine } }).trial.engine.faces);
  const before = served.bytes();
  assert.equal(await loading(page), undefined);
  await page.evaluate(() => (globalThis as unknown as { trial: { engine: Engine } }).trial.engine.faces);
  assert.ok(served.bytes() - before < 20_000, `${served.bytes() - before} bytes were fetched again`);
  await page.close();
});
