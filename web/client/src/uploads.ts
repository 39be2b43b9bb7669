import { done, headers } from "./answer.js";
import { own } from "./call.js";
import type { Api, Call, Creation } from "./call.js";
import type { Part } from "./verifications.js";

/** A photo to be handed in by pieces. */
export interface UploadIn {
  verification: string;
  part: Part;
  /** Its bytes in all. */
  length: number;
}

/** What has arrived of an upload. */
export interface UploadOut {
  id: string;
  /** Bytes that have arrived; the next piece begins here. */
  offset: number;
  /** Bytes in all. */
  length: number;
}

/** What a piece did. */
export interface PieceOut {
  /** Bytes that have arrived; the next piece begins here. */
  offset: number;
  /** After the last piece: the photo's id. */
  capture: string | undefined;
  /** After the last piece: can it be judged? The reasons stand in the list of captures. */
  usable: boolean | undefined;
}

const VERSION = { "Tus-Resumable": "1.0.0" } as const;
const PIECE = { "Content-Type": "application/offset+octet-stream" };

/** Photos in pieces, by tus 1.0: for large ones over bad networks. */
export const uploads = (api: Api) => ({
  /** Returns the size of the largest photo in bytes. */
  uploadOptions: async (call?: Call): Promise<{ largest: number }> => {
    const told = await headers(api.OPTIONS("/v1/uploads", own(call)));
    return { largest: Number(told.get("Tus-Max-Size")) };
  },

  /** Begins an upload. */
  createUpload: async (upload: UploadIn, call?: Creation): Promise<UploadOut> => {
    const { verification, part, length } = upload;
    const about = `verification ${btoa(verification)},part ${btoa(part)}`;
    const header = { ...VERSION, "Upload-Length": length, "Upload-Metadata": about };
    const told = await headers(api.POST("/v1/uploads", { params: { header }, ...own(call) }));
    const id = told.get("Location")?.split("/").at(-1) ?? "";
    return { id, offset: Number(told.get("Upload-Offset")), length };
  },

  /** Tells how much has arrived. */
  uploadState: async (id: string, call?: Call): Promise<UploadOut> => {
    const told = await headers(api.HEAD("/v1/uploads/{id}", { params: { path: { id } }, ...own(call) }));
    return { id, offset: Number(told.get("Upload-Offset")), length: Number(told.get("Upload-Length")) };
  },

  /** Adds a piece of at most 8 MiB. Sent once: after a failure ask with `uploadState` where to go on. */
  appendUpload: async (id: string, offset: number, piece: Blob, call?: Call): Promise<PieceOut> => {
    const params = { path: { id }, header: { ...VERSION, "Upload-Offset": offset } };
    const sent = { body: "", bodySerializer: () => piece, headers: PIECE, signal: call?.signal };
    const told = await headers(api.PATCH("/v1/uploads/{id}", { params, ...sent }));
    const usable = told.get("Menshen-Usable");
    return {
      offset: Number(told.get("Upload-Offset")),
      capture: told.get("Menshen-Capture") ?? undefined,
      usable: usable === null ? undefined : usable === "true",
    };
  },

  /** Ends an upload that is not wanted. */
  endUpload: (id: string, call?: Call): Promise<void> =>
    done(api.DELETE("/v1/uploads/{id}", { params: { path: { id } }, ...own(call) })),
});
