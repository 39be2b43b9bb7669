import type { Problem as Wire, ReasonOut, RestrictionOut, StepOut, TextOut } from "./schema.js";

/** What the service refused, and why. Holds nothing personal, and neither key nor token. */
export class Problem extends Error {
  /** A word for machines; `status_NNN` where the answer was no problem document (a proxy's page, an empty body). */
  readonly code: string;
  /** The HTTP status. */
  readonly status: number;
  /** What happened, for people who read logs. */
  readonly detail: string;
  /** When it can be tried again, RFC 3339. */
  readonly retry_at: string | undefined;
  /** The steps that are missing, with their titles in every language. */
  readonly missing: readonly StepOut[];
  /** What the person must do first, in every language. */
  readonly reasons: readonly ReasonOut[];
  /** What it would limit: the person is told, then the same is asked with `accept_limits`. */
  readonly limits: readonly RestrictionOut[];
  /** What happened, for the person, where it is theirs to put right. */
  readonly text: TextOut | undefined;

  constructor(status: number, answered: unknown) {
    const wire = isWire(answered) ? answered : unexpected(status);
    super(`${wire.code}: ${wire.detail}`);
    this.name = "Problem";
    this.code = wire.code;
    this.status = status;
    this.detail = wire.detail;
    this.retry_at = wire.retry_at ?? undefined;
    this.missing = wire.missing ?? [];
    this.reasons = wire.reasons ?? [];
    this.limits = wire.limits ?? [];
    this.text = wire.text ?? undefined;
  }
}

/** The service did not answer: nothing is known of what it did. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    // Only a word of the platform's: its texts may repeat the address, and the address may hold a query.
    const word = wordOf(cause);
    super(word === undefined ? "the service did not answer" : `the service did not answer (${word})`);
    this.name = "Unreachable";
  }
}

type Known = Pick<Wire, "code" | "detail" | "retry_at" | "missing" | "reasons" | "limits" | "text">;

function isWire(answered: unknown): answered is Known {
  if (typeof answered !== "object" || answered === null) return false;
  const { code, detail } = answered as { code?: unknown; detail?: unknown };
  return typeof code === "string" && typeof detail === "string";
}

function unexpected(status: number): Known {
  return { code: `status_${status}`, detail: "the answer is none that this API gives" };
}

/** Finds the code of the operating system, `ECONNREFUSED` and the like, in an error or its causes. */
function wordOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: unknown };
  return typeof code === "string" && /^[A-Z_]{2,40}$/.test(code) ? code : wordOf(error.cause);
}
