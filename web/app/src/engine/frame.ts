import type { Picture } from "./protocol";
import type { Frame } from "./types";

/** Returns what can be handed to a worker; `null` for a video that shows nothing yet. */
export async function take(picture: Frame | Blob): Promise<Picture | null> {
  if (!(picture instanceof HTMLVideoElement)) return picture;
  const shows = picture.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && picture.videoWidth > 0;
  return shows ? createImageBitmap(picture) : null;
}
