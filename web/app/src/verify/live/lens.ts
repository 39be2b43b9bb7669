import type { LiveIn } from "../../schema.js";

/** A frame: the file, and when it was taken, in milliseconds of a clock that never runs backwards. */
export interface Frame {
  at: number;
  jpeg: Uint8Array<ArrayBuffer>;
}

/** Where frames come from. */
export interface Lens {
  /** The camera, as the browser says. */
  about: LiveIn["camera"];
  /** Takes a frame; nothing while the camera shows none. */
  take: () => Promise<Frame | undefined>;
}

/** Sides of a frame in pixels: the service measures no better on more. */
const LONG = 640;
const SHORT = 480;
/** A session takes 40 MB: files stay near what a whole one of ten frames a second may have, in bytes. */
const SIZES = { least: 28_000, most: 44_000 } as const;
/** Quality of the JPEG, from and to; the best frame is the picture of the person. */
const QUALITY = { worst: 0.6, best: 0.92 } as const;

/** Returns a lens that sees what a video shows, never mirrored. */
export function lensOf(video: HTMLVideoElement, stream: MediaStream): Lens {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { alpha: false });
  let quality: number = QUALITY.best;
  return {
    about: aboutOf(video, stream),
    take: async () => {
      const { videoWidth: width, videoHeight: height } = video;
      if (!context || width === 0 || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return undefined;
      const part = cut(width, height);
      canvas.width = part.to[0];
      canvas.height = part.to[1];
      const at = Math.round(performance.now());
      context.drawImage(video, part.x, part.y, part.width, part.height, 0, 0, ...part.to);
      const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
      if (!blob) return undefined;
      if (blob.size > SIZES.most) quality = Math.max(QUALITY.worst, quality - 0.06);
      else if (blob.size < SIZES.least) quality = Math.min(QUALITY.best, quality + 0.02);
      return { at, jpeg: new Uint8Array(await blob.arrayBuffer()) };
    },
  };
}

/** Returns the middle of a picture in the shape of a frame, upright or lying as the picture is, and the frame's size: nothing is enlarged. */
function cut(width: number, height: number) {
  const [long, short] = [Math.max(width, height), Math.min(width, height)];
  const scale = Math.min(long / LONG, short / SHORT);
  const [a, b] = [LONG * scale, SHORT * scale];
  const [w, h] = width >= height ? [a, b] : [b, a];
  const smaller = Math.min(1, scale);
  const to: [number, number] = width >= height ? [LONG, SHORT] : [SHORT, LONG];
  return { x: (width - w) / 2, y: (height - h) / 2, width: w, height: h, to: to.map((side) => Math.floor(side * smaller)) as [number, number] };
}

function aboutOf(video: HTMLVideoElement, stream: MediaStream): LiveIn["camera"] {
  const track = stream.getVideoTracks()[0];
  const { width, height, frameRate } = track?.getSettings() ?? {};
  return {
    // The service takes 200 bytes.
    label: track?.label.slice(0, 50) || null,
    width: Math.max(width ?? 0, video.videoWidth),
    height: Math.max(height ?? 0, video.videoHeight),
    frame_rate: frameRate && frameRate > 0 ? frameRate : null,
  };
}
