// What the page learns about a picture before anything is sent. Same names as the server's evidence and reasons.

/** A point in pixels of the picture that was handed in, origin at its top left corner. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** An upright rectangle in pixels of the picture that was handed in. */
export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** A side of a document, as the person was asked for it. */
export type Side = "front" | "back";

/** The limits of `GET /v1/verifications/{id}/rules`, handed to the engine as they came. */
export type Rules = Readonly<Record<string, unknown>>;

/**
 * One thing that is wrong with a picture. Texts stand in `locales/<language>.json` under `reasons.<code>`, those of a
 * case under `why.<why>`. Reasons come in the order in which the person should see to them: show the first.
 */
export interface EngineReason {
  readonly code: string;
  readonly step: "document_front" | "document_back" | "selfie";
  /** `hint` is advice that never blocks; `again` and `fix` ask for another picture. */
  readonly end: "again" | "fix" | "review" | "hint";
  /** Which case of the code, e.g. `too_far` or `turned` of `face_pose_or_distance`. */
  readonly why?: string;
  readonly field?: string;
  readonly measured?: number;
  readonly limit?: number;
  /** Where in the picture. */
  readonly box?: Box;
}

/** Quality of a document's picture, in the units of the server's evidence; pixels are those of the picture. */
export interface PageMeasures {
  /** Softness of print in thousandths of the page's width; `null` without any edge. */
  readonly blur: number | null;
  readonly glare: number;
  readonly glare_regions: readonly Box[];
  readonly brightness: number;
  readonly contrast: number;
  readonly shadow: number;
  readonly shadow_region: Box | null;
  readonly covered: number;
  readonly covered_regions: readonly Box[];
  readonly chroma: number;
  readonly moire: number;
  readonly text_height: number | null;
  readonly page_width: number;
}

/** The portrait printed on a document. */
export interface Portrait {
  readonly box: Box;
  readonly eye_distance: number;
  readonly sharpness: number;
}

/** What one picture of a side of a document shows. */
export interface DocumentLook {
  /** A document's outline was seen. */
  readonly found: boolean;
  /** Its corners, clockwise from the one at the top left when its longer side lies level. */
  readonly outline: readonly [Point, Point, Point, Point] | null;
  /** For each corner: is it in the picture, with its two sides? */
  readonly corners_visible: readonly [boolean, boolean, boolean, boolean];
  /**
   * Kinds of document that the picture does not contradict, by proportions and bands like those of a machine-readable zone
   * alone: all of them where nothing can be told. Words of the API (`passport`, `prc_id_card`, …).
   */
  readonly kinds: readonly string[];
  readonly reasons: readonly EngineReason[];
  readonly measures: PageMeasures;
  /** Looked for on shots only, not on frames of the camera; `null` where none was found. */
  readonly portrait: Portrait | null;
  /** Size of the picture that boxes and points are in. */
  readonly size: readonly [number, number];
  /** Why a file could not be read; everything else is empty then. */
  readonly unreadable: string | null;
  /** Milliseconds that the engine took. */
  readonly ms: number;
}

/** Measures of one face, in the units of the server's evidence. */
export interface FaceMeasures {
  readonly box: Box;
  readonly score: number;
  readonly pose: { readonly yaw: number; readonly pitch: number; readonly roll: number };
  readonly eyes_open: readonly [number, number];
  readonly mouth_open: number;
  readonly eye_distance: number;
  readonly quality: Readonly<Record<string, number>>;
}

/** What one picture of a person shows. */
export interface FaceLook {
  /** At least one face was seen. */
  readonly found: boolean;
  readonly faces: number;
  /** The face that the picture is about: its box as corners, clockwise from the top left. */
  readonly outline: readonly [Point, Point, Point, Point] | null;
  readonly reasons: readonly EngineReason[];
  readonly measures: FaceMeasures | null;
  readonly size: readonly [number, number];
  readonly unreadable: string | null;
  readonly ms: number;
}

/** A picture of the camera, examined at reduced size. Results are in the pixels of what was handed in. */
export type Frame = HTMLVideoElement | ImageBitmap | ImageData;

/** The engine in its worker. All methods are safe to call at any rate. */
export interface Engine {
  /**
   * Examines a frame. While one is being examined only the newest of those that wait is kept: the others, and frames of a
   * video that has none yet, give `null`. An `ImageBitmap` or `ImageData` is taken over and cannot be used afterwards.
   * Documents need no model and can be examined at once.
   */
  examineDocument(frame: Frame, options: { side: Side }): Promise<DocumentLook | null>;
  /** Examines the shot itself, byte for byte what will be sent. Shots are never dropped and go before frames. */
  examineDocument(shot: Blob, options: { side: Side }): Promise<DocumentLook>;
  /** As above. Until the models have arrived frames give `null` and shots wait; where they cannot be had both are rejected. */
  examineFace(frame: Frame): Promise<FaceLook | null>;
  examineFace(shot: Blob): Promise<FaceLook>;
  /** Resolves when the models for faces have arrived, and is rejected when they cannot be had; nobody needs to wait for it. */
  readonly faces: Promise<void>;
  /** Resolves with an error once the engine can no longer be used: from then on the server's verdict decides alone. */
  readonly lost: Promise<Error>;
  /** Ends the worker; whatever waits is rejected with an `EngineError` of kind `closed`. */
  close(): void;
}

/** How far the download is, in bytes; `total` is known from the start. It goes on while the engine is used already. */
export interface Progress {
  readonly received: number;
  readonly total: number;
}

/** What `loadEngine` needs. */
export interface LoadOptions {
  /** Where the server serves the pages, with a slash at its end: `https://id.example.com/web/`. */
  readonly base: string;
  readonly rules: Rules;
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the attempt with an `EngineError` of kind `closed`. */
  readonly signal?: AbortSignal;
  /** Milliseconds without a byte or an answer after which loading fails; 15 s. */
  readonly patience?: number;
}
