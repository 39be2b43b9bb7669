import type { DocumentLook, Engine, FaceLook, Rules } from "../engine/index.js";
import type { Part } from "./model.js";

/** A place in a picture: x and y in parts of its width and height, 0 to 1. */
export type Point = readonly [number, number];

/** What the engine in the page sees in a picture. The codes are those of the service, and so are the measures behind them. */
export interface Seen {
  /** What is wrong with it, first what must be put right first. */
  reasons: readonly { code: string; blocks: boolean; why: string | undefined }[];
  /** The document's corners, clockwise from the one at the top left; or those of the face's box. */
  outline: readonly Point[];
}

/** Looks at pictures in the page. */
export interface Eye {
  /** Looks at what a video shows now; nothing where a newer frame took its place. */
  frame: (video: HTMLVideoElement, part: Part) => Promise<Seen | undefined>;
  /** Looks at the photo that would be sent. */
  shot: (photo: Blob, part: Part) => Promise<Seen>;
  close: () => void;
}

/**
 * Fetches the engine; nothing where it cannot be had: then the service's verdicts have to do. `onLost` hears when an engine that
 * worked does so no longer.
 */
export async function openEye(service: string, rules: Rules, onLost: () => void): Promise<Eye | undefined> {
  let engine: Engine;
  try {
    const { loadEngine } = await import("../engine/index.js");
    engine = await loadEngine({ base: `${service}/web/`, rules });
  } catch {
    return undefined;
  }
  void engine.lost.then(onLost);
  return {
    frame: async (video, part) => {
      const look = part === "selfie" ? await engine.examineFace(video) : await engine.examineDocument(video, { side: part });
      return look ? seen(look) : undefined;
    },
    shot: async (photo, part) =>
      seen(part === "selfie" ? await engine.examineFace(photo) : await engine.examineDocument(photo, { side: part })),
    close: () => engine.close(),
  };
}

function seen({ reasons, outline, size: [width, height] }: DocumentLook | FaceLook): Seen {
  return {
    reasons: reasons.map(({ code, end, why }) => ({ code, blocks: end === "again" || end === "fix", why })),
    outline: (outline ?? []).map(({ x, y }): Point => [x / width, y / height]),
  };
}
