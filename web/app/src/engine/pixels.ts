// Frames to pixels, at the size that the engine looks at.

import type { Task } from "./protocol";

/** Pixels of a frame, and how many of the picture's own pixels one of them is wide. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
  readonly scale: number;
}

/**
 * Longer side of a frame in pixels. Print on a document needs more than a face: at half of this, the blur of a sharp
 * picture cannot be told from that of a soft one.
 */
const LONGER_SIDE: Record<Task["of"], number> = { document: 1280, face: 640 };

let canvas: OffscreenCanvas | undefined;

/** Returns the pixels of a frame; an `ImageBitmap` is closed. */
export function pixels(task: Task, frame: ImageBitmap | ImageData): Pixels {
  const longer = Math.max(frame.width, frame.height);
  const shrink = Math.min(1, LONGER_SIDE[task.of] / longer);
  if (frame instanceof ImageData && shrink === 1) {
    return { width: frame.width, height: frame.height, data: frame.data, scale: 1 };
  }
  const width = Math.max(1, Math.round(frame.width * shrink));
  const height = Math.max(1, Math.round(frame.height * shrink));
  canvas ??= new OffscreenCanvas(width, height);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true, alpha: false });
  if (!context) throw new Error("no canvas");
  if (frame instanceof ImageData) {
    const whole = new OffscreenCanvas(frame.width, frame.height);
    whole.getContext("2d")?.putImageData(frame, 0, 0);
    context.drawImage(whole, 0, 0, width, height);
  } else {
    context.drawImage(frame, 0, 0, width, height);
    frame.close();
  }
  return { width, height, data: context.getImageData(0, 0, width, height).data, scale: longer / Math.max(width, height) };
}

/** What the server takes beside JPEG, by its first bytes. */
const isPng = (bytes: Uint8Array): boolean => [0x89, 0x50, 0x4e, 0x47].every((byte, at) => bytes[at] === byte);
const isWebP = (bytes: Uint8Array): boolean => new TextDecoder("latin1").decode(bytes.subarray(0, 12)).replace(/^(RIFF)[^]{4}/, "$1") === "RIFFWEBP";

/** The most pixels of a shot, as the server has it. */
const MOST = 40_000_000;

/** Returns the pixels of a PNG or WebP, on white as the server lays them; nothing for other files, and for what the browser cannot decode. */
export async function decoded(bytes: Uint8Array<ArrayBuffer>): Promise<ImageData | undefined> {
  if (!isPng(bytes) && !isWebP(bytes)) return undefined;
  try {
    const bitmap = await createImageBitmap(new Blob([bytes]), { colorSpaceConversion: "none" });
    const { width, height } = bitmap;
    if (width * height > MOST) {
      bitmap.close();
      return undefined;
    }
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (!context) return undefined;
    context.fillStyle = "white";
    context.fillRect(0, 0, width, height);
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    return context.getImageData(0, 0, width, height);
  } catch {
    return undefined;
  }
}
