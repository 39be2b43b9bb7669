import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { APP } from "./harness.js";

/** The drawn people and attacks of `crates/specimen`, as a camera (`cargo build --release -p menshen-specimen --example live_camera`). */
export const CAMERA = process.env["WEB_TEST_CAMERA"] ?? join(APP, "../../target/release/examples/live_camera");

/** What a page was seen to show since the frame before. */
type Say = object;

/** A camera before somebody who is drawn. */
export interface Drawn {
  /** Returns the JPEG of a moment; moments must not go back. */
  frame: (at_ms: number, say: readonly Say[]) => Promise<Buffer>;
  stop: () => void;
}

/** Starts a camera. */
export function startCamera(models: string, species = "bona_fide", seed = 3): Drawn {
  const child = spawn(CAMERA, [models, species, String(seed)], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting: ((jpeg: Buffer) => void)[] = [];
  let bytes = Buffer.alloc(0);
  child.stdout.on("data", (more: Buffer) => {
    bytes = Buffer.concat([bytes, more]);
    while (bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32BE(0)) {
      const end = 4 + bytes.readUInt32BE(0);
      waiting.shift()?.(bytes.subarray(4, end));
      bytes = bytes.subarray(end);
    }
  });
  return {
    frame: (at_ms, say) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        child.stdin.write(`${JSON.stringify({ at_ms, say })}\n`);
      }),
    stop: () => child.kill(),
  };
}

/** Returns the portrait of whoever sits before the camera, a JPEG. */
export const portrait = (models: string): Buffer => execFileSync(CAMERA, [models, "portrait"], { maxBuffer: 16_000_000 });

/** The words of each cue in both languages: the camera reads what the person reads. */
function cueWords(): Record<string, string> {
  const words: Record<string, string> = {};
  for (const lang of ["en", "zh-CN"]) {
    const { cues } = JSON.parse(readFileSync(join(APP, `../../locales/${lang}.json`), "utf8")) as { cues: Record<string, string> };
    for (const [cue, text] of Object.entries(cues)) words[text] = cue;
  }
  return words;
}

/** How the person before the camera behaves. */
export interface Manner {
  /** What is done in the place of a cue. */
  instead?: Readonly<Record<string, string>>;
}

/**
 * Gives a page a camera whose picture answers what the page shows: the words of the cue, and the colour of a layer that covers the
 * whole window. What was shown is kept in `window.seen`. While `window.dark` is true the lights are out.
 */
export async function wear(page: Page, camera: () => Drawn, { instead = {} }: Manner = {}): Promise<void> {
  await page.exposeFunction("drawnFrame", async (at_ms: number, say: Say[]) => (await camera().frame(at_ms, say)).toString("base64"));
  await page.addInitScript(
    ({ words, instead }) => {
      interface World { drawnFrame: (at: number, say: object[]) => Promise<string>; seen: string[]; dark: boolean }
      const world = globalThis as unknown as World;
      [world.seen, world.dark] = [[], false];
      const LIGHTS: Record<string, string> = {
        "rgb(255, 0, 0)": "red", "rgb(0, 255, 0)": "green", "rgb(0, 0, 255)": "blue", "rgb(255, 255, 0)": "yellow", "rgb(255, 0, 255)": "magenta",
      };
      const stage = () =>
        [document, ...[...document.querySelectorAll("*")].flatMap((one) => (one.shadowRoot ? [one.shadowRoot] : []))]
          .flatMap((root) => [...root.querySelectorAll("menshen-live")])
          .map((live) => live.shadowRoot?.querySelector("dialog"))
          .find((dialog) => dialog?.open);
      const covers = (dialog: Element) => {
        const { left, top, right, bottom } = dialog.getBoundingClientRect();
        return left <= 0 && top <= 0 && right >= innerWidth && bottom >= innerHeight;
      };
      let [cue, colour, n] = ["", "", 0];
      /** What the page began to show since the last look. */
      const look = (): object[] => {
        const dialog = stage();
        if (!dialog) return [];
        const say: object[] = [];
        const asked = words[dialog.querySelector(".cue")?.textContent?.trim() ?? ""] ?? "";
        if (asked !== cue && asked) {
          n += 1;
          world.seen.push(asked);
          say.push({ say: "cue", n, cue: instead[asked] ?? asked, within_ms: 7_000 });
        }
        const light = covers(dialog) ? (LIGHTS[getComputedStyle(dialog).backgroundColor] ?? "") : "";
        if (light !== colour) {
          n += 1;
          if (light) world.seen.push(light);
          say.push(light ? { say: "colour", n, colour: light } : { say: "done" });
        }
        [cue, colour] = [asked, light];
        return say;
      };
      // Shadow roots are closed to nobody here: the elements open theirs.
      const devices = navigator.mediaDevices;
      devices.getUserMedia = async () => {
        const canvas = document.createElement("canvas");
        canvas.width = 640;
        canvas.height = 480;
        const context = canvas.getContext("2d", { alpha: false });
        const stream = canvas.captureStream(30);
        const [track] = stream.getVideoTracks();
        const begun = performance.now();
        let at = 0;
        const film = async () => {
          while (track?.readyState === "live") {
            const start = performance.now();
            at = Math.max(at, Math.round(start - begun));
            const text = atob(await world.drawnFrame(at, look()));
            const bitmap = await createImageBitmap(new Blob([Uint8Array.from(text, (ch) => ch.charCodeAt(0))], { type: "image/jpeg" }));
            context?.drawImage(bitmap, 0, 0);
            bitmap.close();
            if (world.dark && context) {
              context.fillStyle = "rgb(0 0 0 / 92%)";
              context.fillRect(0, 0, canvas.width, canvas.height);
            }
            await new Promise((resolve) => setTimeout(resolve, Math.max(0, 100 - (performance.now() - start))));
          }
        };
        void film();
        await new Promise((resolve) => setTimeout(resolve, 300));
        return stream;
      };
    },
    { words: cueWords(), instead },
  );
}
