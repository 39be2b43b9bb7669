import { existsSync, mkdtempSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { APP, SIZES, startBrowser, startFront, startService } from "./harness.js";
import type { Configuration, Front, Service, Size } from "./harness.js";
import type { Browser } from "playwright-core";
import type { Words } from "./people.js";

/** The drawn person: `menshen verify --sample` makes it. */
export const PERSON = process.env["WEB_TEST_PERSON"] ?? join(homedir(), ".local/share/menshen/models/samples/drawn");

/** Returns a photo of the drawn person. */
export function photo(name: "front" | "back" | "selfie" | "other"): string {
  const path = join(PERSON, `${name}.jpg`);
  if (!existsSync(path)) throw new Error("there is no drawn person: run `menshen verify --sample` first");
  return path;
}

/** What stands on the card of the drawn person. */
export interface Claims {
  document: string;
  country: string;
  name: string;
  birth_date: string;
  number: string;
}

/** Returns what stands on the card of the drawn person. */
export const claims = (): Claims => JSON.parse(readFileSync(join(PERSON, "claims.json"), "utf8")) as Claims;

/** Makes a folder with the models that come by default, whatever else is installed: without a stronger one every match goes to a person. */
export function usualModels(): string {
  const [all, folder] = [dirname(dirname(PERSON)), mkdtempSync(join(tmpdir(), "menshen-models-"))];
  const optional = /^(mobileface|minifasnet)/;
  for (const name of readdirSync(all)) if (!optional.test(name)) symlinkSync(join(all, name), join(folder, name));
  return folder;
}

const wordsOf = (lang: string): Words => JSON.parse(readFileSync(join(APP, `../../locales/pages/verify.${lang}.json`), "utf8")) as Words;

/** The texts of both languages. */
export const ENGLISH = wordsOf("en");
export const CHINESE = wordsOf("zh-CN");

/** Two sizes for what other tests look at wholly. */
export const FEW: readonly Size[] = [SIZES[0], SIZES[1]].filter((size) => size !== undefined);

/** A sandbox, its pages and a browser. */
export interface Stage {
  service: Service;
  front: Front;
  browser: Browser;
  stop: () => Promise<void>;
}

/** An integrator's page with the element in it. */
const EMBED =
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Shop</title>' +
  '<script type="module" src="/web/verify.js"></script></head><body><main><h1>Shop</h1></main></body></html>';

/** Sets up what most tests need. */
export async function setStage(args: readonly string[], configuration: Configuration = {}): Promise<Stage> {
  const service = await startService(args, configuration);
  const front = await startFront(service.url, { "/embed": EMBED });
  const browser = await startBrowser();
  const stop = async () => {
    await browser.close();
    await front.stop();
    await service.stop();
  };
  return { service, front, browser, stop };
}
