import type { ReasonOut } from "../schema.js";

/** What `menshen-step` says: another screen is shown. */
export interface StepDetail {
  /** The screen's name: `consent`, `document`, `form`, `prepare_front`, `camera_front`, `review_front`, .. `submit`, `processing`, `result`. */
  step: string;
}

/** What `menshen-result` says: the verification's state as the service tells it. Decide by your own webhook or call, never by this. */
export interface ResultDetail {
  verification: string;
  /** `pending`, `failed`, `verified` or `expired`. */
  status: string;
  /** What can be done after a failure: `now`, `at` or `appeal`. */
  retry: string | undefined;
  reasons: readonly ReasonOut[];
}

/** What `menshen-error` says: something stands in the way, and the person sees how it goes on. */
export interface ErrorDetail {
  /** `camera_denied`, `camera_absent`, `token_expired`, `unreachable`, .. */
  code: string;
}

/** The events of `<menshen-verify>`; all of them bubble and cross shadow roots. */
export interface VerifyEvents {
  "menshen-step": CustomEvent<StepDetail>;
  "menshen-result": CustomEvent<ResultDetail>;
  "menshen-error": CustomEvent<ErrorDetail>;
  /** The token has expired: set another one, and the person goes on where they were. */
  "menshen-token-expired": CustomEvent<undefined>;
}

declare global {
  interface HTMLElementEventMap extends VerifyEvents {}
}

/** Sends an event from an element. */
export function emit<Name extends keyof VerifyEvents>(from: HTMLElement, name: Name, detail: VerifyEvents[Name]["detail"]): void {
  from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
}
