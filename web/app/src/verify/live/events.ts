import type { ReasonOut } from "../../schema.js";

/** A way out of the check that the page around it has: it is offered where the element's `offers` names it, and the page does it. */
export type Offer = "without_face" | "other_device" | "other_way" | "support";

/** What `menshen-live-done` says: the check is done. What comes of it the service tells, never this event. */
export interface LiveDoneDetail {
  verification: string;
  /** Nothing was measured: the tenant is a sandbox. */
  sandbox: boolean;
}

/** What `menshen-live-over` says: a check ended otherwise, or none could be opened. The person reads why and can try again. */
export interface LiveOverDetail {
  verification: string;
  /**
   * `again` and `expired` where a check was judged or its time ran out; else what stood in the way: `attempts_exhausted`,
   * `live_tries_used_up`, `consent_needed`, `not_now`, `busy`, `camera_denied`, `unreachable`, `token_expired`, ..
   */
  code: string;
  reasons: readonly ReasonOut[];
  /** From when it can be tried again, RFC 3339. */
  retry_at: string | undefined;
}

/** What `menshen-live-left` says: the person leaves the check, and the page around it goes on. */
export interface LiveLeftDetail {
  verification: string;
  /** What they chose among `offers`; or `moved_on`: consent is missing, or the verification takes nothing now, and its state is to be read anew. */
  way: Offer | "moved_on";
}

/** The events of `<menshen-live>`; all of them bubble and cross shadow roots. */
export interface LiveEvents {
  "menshen-live-done": CustomEvent<LiveDoneDetail>;
  "menshen-live-over": CustomEvent<LiveOverDetail>;
  "menshen-live-left": CustomEvent<LiveLeftDetail>;
}

declare global {
  interface HTMLElementEventMap extends LiveEvents {}
}
