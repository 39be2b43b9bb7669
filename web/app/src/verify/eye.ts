import type { Part } from "./model.js";

/** A place in a picture: x and y in parts of its width and height, 0 to 1. */
export type Point = readonly [number, number];

/** What the engine in the page sees in a picture. The codes are those of the service, and so are the measures behind them. */
export interface Seen {
  /** What is wrong with it, first what must be put right first. */
  reasons: readonly { code: string; blocks: boolean; why?: string }[];
  /** The document's corners, clockwise from the one at the top left as it reads; or the box of the face. */
  outline: readonly Point[];
}

/** Looks at pictures in the page. */
export interface Eye {
  /** Looks at a frame or a photo. */
  look: (picture: ImageData, part: Part) => Promise<Seen>;
}

/** Fetches the engine; nothing where it cannot be had: then the service's verdicts have to do. */
export async function openEye(service: string): Promise<Eye | undefined> {
  void service;
  return undefined;
}
