// Two answers to one picture, from native code and from the page.

/** A picture of the corpus with what native code says of it. */
export interface Entry {
  readonly file: string;
  readonly task: "front" | "back" | "face";
  readonly frame: boolean;
  readonly answer: Answer;
}

/** What both say. */
export interface Answer {
  readonly found: boolean;
  readonly reasons: readonly { readonly code: string }[];
  readonly [key: string]: unknown;
}

/** What the page says. */
export type Look = Answer & { readonly ms: number };

/** As much of the engine as the tests use; its types proper are in src/engine/types.ts. */
export interface Engine {
  examineDocument(picture: unknown, options: { side: string }): Promise<Look | null>;
  examineFace(picture: unknown): Promise<Look | null>;
  readonly faces: Promise<void>;
  close(): void;
}

/** The module under test. */
export interface EngineModule {
  loadEngine(options: { base: string; rules: Record<string, unknown>; patience?: number }): Promise<Engine>;
}

/**
 * How far numbers may lie apart, relative to the larger one or to 1. Pages are measured with additions, multiplications and
 * roots, which are the same everywhere; only sines and powers come from another library. Networks add up thousands of
 * products, on a server with fused multiplication and in another order: up to 1.3e-3 of a face's size or score (23 pictures), and
 * 7.5e-3 of a portrait's on a document, which is a few dozen pixels wide (44 pictures).
 */
const APART = { page: 1e-5, face: 2e-3, portrait: 1e-2 };

/** Returns what differs by more than it may, and the largest relative difference that may be. */
export function differences(entry: Entry, look: Look): { wrong: string[]; largest: number } {
  const most = entry.task === "face" ? APART.face : APART.page;
  const wrong: string[] = [];
  let largest = 0;
  // The portrait is found by the networks for faces, and so is what is said of it.
  const ofPortrait = (path: string): boolean => {
    const reason = /^\.reasons\.(\d+)\./.exec(path)?.[1];
    return path.startsWith(".portrait") || (reason !== undefined && (entry.answer.reasons[Number(reason)]?.code.startsWith("portrait") ?? false));
  };
  const compare = (native: unknown, here: unknown, path: string): void => {
    const limit = ofPortrait(path) ? APART.portrait : most;
    if (typeof native === "number" && typeof here === "number") {
      const apart = Math.abs(native - here) / Math.max(1, Math.abs(native), Math.abs(here));
      if (apart > limit) wrong.push(`${path} ${native} natively, ${here} in the page`);
      largest = Math.max(largest, apart);
    } else if (native !== null && here !== null && typeof native === "object" && typeof here === "object") {
      const [a, b] = [native as Record<string, unknown>, here as Record<string, unknown>];
      for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) compare(a[key], b[key], `${path}.${key}`);
    } else if (native !== here) {
      wrong.push(`${path} ${String(native)} natively, ${String(here)} in the page`);
    }
  };
  const { ms: _, ...answer } = look;
  compare(entry.answer, answer, "");
  return { wrong, largest };
}
