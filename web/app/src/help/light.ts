/** Pixels of the picture that is measured: print and noise go under in it, light and haze do not. */
const SIZE = { width: 160, height: 120 } as const;
/** Below it a picture is black, whatever stands before the camera: a shutter, a finger. Of 1. */
const BLACK = 0.02;

/** What a camera's picture is like. */
export interface Light {
  width: number;
  height: number;
  /** Mean luma, 0 black to 1 white. */
  luminance: number;
  /** Between the darkest and the brightest twentieth, as the service measures it: a dirty lens lowers it. */
  contrast: number;
  /** Is there no picture in it at all? */
  black: boolean;
}

/** Measures what a video shows now; nothing where the browser gives no pixels. */
export function measure(video: HTMLVideoElement): Light | undefined {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, SIZE);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return undefined;
  context.drawImage(video, 0, 0, SIZE.width, SIZE.height);
  const lumas = lumasOf(context.getImageData(0, 0, SIZE.width, SIZE.height).data);
  const luminance = lumas.reduce((sum, luma) => sum + luma, 0) / lumas.length;
  const contrast = quantile(lumas, 0.95) - quantile(lumas, 0.05);
  const black = luminance < BLACK && contrast < BLACK;
  return { width: video.videoWidth, height: video.videoHeight, luminance: thousandths(luminance), contrast: thousandths(contrast), black };
}

/** Returns the lumas (BT.601) of pixels, in order of brightness. */
function lumasOf(rgba: Uint8ClampedArray): Float32Array {
  const lumas = new Float32Array(rgba.length / 4);
  for (let at = 0; at < lumas.length; at += 1) {
    const [r = 0, g = 0, b = 0] = rgba.subarray(at * 4, at * 4 + 3);
    lumas[at] = (0.299 * r + 0.587 * g + 0.114 * b) / 255;
  }
  return lumas.sort();
}

const quantile = (sorted: Float32Array, share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;

/** More digits would say nothing, and tell cameras apart. */
const thousandths = (share: number): number => Math.round(Math.min(1, Math.max(0, share)) * 1_000) / 1_000;
