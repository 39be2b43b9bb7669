import type { Part, Trouble } from "./model.js";
import { inAppView } from "./surroundings.js";

/** The largest picture that is asked of a camera: the text of a document is read from it. */
const WIDE = { width: { ideal: 2560 }, height: { ideal: 1440 } } as const;
/** A face needs less, and a smaller stream leaves time for hints. */
const FACE = { width: { ideal: 1280 }, height: { ideal: 960 } } as const;
/** Quality of the JPEG: above it files grow and nothing more is read. */
const JPEG = 0.92;

/** Returns why this page cannot have a camera at all; nothing where it can be asked for. */
export function cameraFault(): Trouble | undefined {
  if (typeof navigator.mediaDevices?.getUserMedia === "function") return undefined;
  if (!isSecureContext) return { kind: "camera_insecure" };
  return { kind: inAppView() ? "in_app" : "camera_absent" };
}

/** Asks for the camera that fits: the one at the back for documents, the one at the front for faces. */
export async function openCamera(part: Part): Promise<MediaStream> {
  const facing = part === "selfie" ? "user" : "environment";
  const size = part === "selfie" ? FACE : WIDE;
  return navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: facing }, ...size } });
}

/** Returns what a refused camera means for the person. */
export function cameraTrouble(error: unknown): Trouble {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return { kind: inAppView() ? "in_app" : "camera_denied" };
  if (name === "NotReadableError" || name === "AbortError") return { kind: "camera_busy" };
  return { kind: "camera_absent" };
}

/** Lets a camera go. */
export function closeCamera(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** Returns the picture that a video shows now as a JPEG, as the camera sees it (never mirrored). */
export async function photograph(video: HTMLVideoElement): Promise<Blob> {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d")?.drawImage(video, 0, 0);
  return jpegOf(canvas);
}

/** Returns a file as it is, or a smaller copy of one that the service would not take for its size. */
export async function fitting(file: Blob, largest: number): Promise<Blob> {
  if (file.size <= largest) return file;
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, 4_000 / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return jpegOf(canvas);
}

function jpegOf(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) => {
    const take = (blob: Blob | null) => (blob ? resolve(blob) : reject(new TypeError("the browser makes no picture")));
    canvas.toBlob(take, "image/jpeg", JPEG);
  });
}
