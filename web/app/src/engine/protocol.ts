// What page and worker say to each other.

import type { EngineErrorKind } from "./error";
import type { DocumentLook, FaceLook, Progress, Rules, Side } from "./types";

/** What is examined, and how. */
export type Task = { readonly of: "document"; readonly side: Side } | { readonly of: "face" };

/** A picture on its way into the worker. */
export type Picture = ImageBitmap | ImageData | Blob;

/** From the page. */
export type ToWorker =
  | { readonly kind: "load"; readonly base: string; readonly rules: Rules; readonly patience: number }
  | { readonly kind: "examine"; readonly id: number; readonly task: Task; readonly picture: Picture };

/** From the worker. */
export type FromWorker =
  | ({ readonly kind: "progress" } & Progress)
  /** Documents can be examined. */
  | { readonly kind: "ready" }
  /** Faces, too, or not for the time being. */
  | { readonly kind: "faces"; readonly error?: Failure }
  | { readonly kind: "failed"; readonly error: Failure }
  | { readonly kind: "look"; readonly id: number; readonly look: DocumentLook | FaceLook | null }
  | { readonly kind: "refused"; readonly id: number; readonly error: Failure };

/** An `EngineError` on its way out of the worker: classes do not survive it. */
export interface Failure {
  readonly kind: EngineErrorKind;
  readonly message: string;
}
