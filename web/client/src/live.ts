import { body, done } from "./answer.js";
import { own } from "./call.js";
import type { Api, Call, Creation } from "./call.js";
import type { LiveFrameOut, LiveIn, LiveOut, LiveRecordOut, LiveStateOut, RefusalIn, VerificationOut } from "./schema.js";

export { openLiveKey } from "./live-key.js";
export type { CaptureKey, LiveKey } from "./live-key.js";

/** Live checks: what is shown and sent. The service chooses, times and judges. */
export const live = (api: Api) => ({
  /** Opens a live check: one use, 90 seconds at most. `openLiveKey` makes `capture_key`. */
  openLive: (verification: string, wanted: LiveIn, call?: Creation): Promise<LiveOut> =>
    body(api.POST("/v1/verifications/{id}/live", { params: { path: { id: verification } }, body: wanted, ...own(call) })),

  /** Lists the live checks of a verification with every sign, for staff. Reading it is logged. */
  listLive: (verification: string, call?: Call): Promise<LiveRecordOut[]> =>
    body(api.GET("/v1/verifications/{id}/live", { params: { path: { id: verification } }, ...own(call) })),

  /** Returns where a live check stands, for a client that connects again. */
  getLive: (verification: string, session: string, call?: Call): Promise<LiveStateOut> =>
    body(api.GET("/v1/verifications/{id}/live/{session}", { params: { path: { id: verification, session } }, ...own(call) })),

  /** Gives a live check up. */
  abandonLive: (verification: string, session: string, call?: Call): Promise<void> =>
    done(api.DELETE("/v1/verifications/{id}/live/{session}", { params: { path: { id: verification, session } }, ...own(call) })),

  /** Hands in one frame, where no WebSocket can be had. `LiveKey.frame` makes it. Send the next one after the answer. */
  postLiveFrame: (verification: string, session: string, frame: Blob, call?: Call): Promise<LiveFrameOut> => {
    const params = { path: { id: verification, session } };
    const headers = { "Content-Type": "application/octet-stream" };
    const sent = { body: "", bodySerializer: () => frame, headers, signal: call?.signal };
    return body(api.POST("/v1/verifications/{id}/live/{session}/frames", { params, ...sent }));
  },

  /** Declines to show the face: a person verifies otherwise. */
  refuseFace: (verification: string, why: RefusalIn, call?: Creation): Promise<VerificationOut> =>
    body(api.POST("/v1/verifications/{id}/face-refusal", { params: { path: { id: verification } }, body: why, ...own(call) })),

  /** Takes that back: the face is asked for again. */
  takeBackRefusal: (verification: string, call?: Call): Promise<void> =>
    done(api.DELETE("/v1/verifications/{id}/face-refusal", { params: { path: { id: verification } }, ...own(call) })),
});
