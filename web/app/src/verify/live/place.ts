import type { ReasonOut } from "../../schema.js";
import { Problem } from "../../shared/service.js";
import { troubleOf } from "../flow.js";
import type { Trouble } from "../model.js";
import type { End } from "./check.js";

/** Where the person is. */
export type Place =
  | { at: "before" | "running" | "used_up" | "consent" | "not_now" | "busy" }
  | { at: "done"; sandbox: boolean }
  | { at: "again" | "expired"; reasons: readonly ReasonOut[] }
  | { at: "wait"; until: string }
  | { at: "trouble"; trouble: Trouble };

const REFUSALS: Readonly<Record<string, "used_up" | "consent" | "not_now" | "busy">> = {
  live_tries_used_up: "used_up",
  consent_needed: "consent",
  consent_withdrawn: "consent",
  not_now: "not_now",
  appeal_in_progress: "not_now",
  // Another opening came first.
  stale: "busy",
  busy: "busy",
};

/** Returns where an end leads; a check that was given up leads to its beginning. */
export function placeAfter(end: End): Place {
  switch (end.kind) {
    case "done":
      return { at: "done", sandbox: end.sandbox };
    case "left":
      return { at: "before" };
    case "stuck":
      return placeOf(end.error);
    default:
      return { at: end.kind, reasons: end.reasons };
  }
}

function placeOf(error: unknown): Place {
  if (error instanceof Problem) {
    const at = REFUSALS[error.code];
    if (at) return { at };
    if (error.status === 429 && error.retry_at) return { at: "wait", until: error.retry_at };
  }
  return { at: "trouble", trouble: troubleOf(error) };
}

/** Returns the word by which an event names a place, where a check did not come to its end. */
export function codeOf(place: Place): string {
  switch (place.at) {
    case "wait":
      return "attempts_exhausted";
    case "used_up":
      return "live_tries_used_up";
    case "consent":
      return "consent_needed";
    case "trouble":
      return place.trouble.kind === "failed" ? place.trouble.code : place.trouble.kind;
    default:
      return place.at;
  }
}
