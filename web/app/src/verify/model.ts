import type {
  AppealOut, CaptureOut, ConsentOut, DataIn, DictatedOut, ReasonOut, StatementOut, TextOut, ThreadOut, TicketOut, VerificationOut,
} from "../schema.js";
import type { Network } from "../shared/service.js";
import type { Seen } from "./eye.js";

/** What a photo shows. */
export type Part = "front" | "back" | "selfie";

/** A step of the flow, by the service's names. */
export type Step = "form" | "document_front" | "document_back" | "selfie" | "liveness";

/** What stands in the way, and each has its own screen that leads on. */
export type Trouble =
  | { kind: "camera_denied" | "camera_absent" | "camera_busy" | "camera_insecure" | "in_app" }
  | { kind: "token_expired" | "not_found" | "unreachable" }
  | { kind: "outdated"; reason: ReasonOut | undefined }
  | { kind: "later"; at: string }
  | { kind: "failed"; code: string };

/** What the person has typed. Kept in this page and its session until it is submitted. */
export type Draft = Partial<DataIn>;

/** How far a photo has gone. */
export type Sending = "looking" | "asking" | "sending" | "waiting" | "judged" | "stopped";

/** A photo that was taken, until it is good or taken again. */
export interface Shot {
  part: Part;
  photo: Blob;
  /** An address of the photo in this page. */
  url: string;
  /** What the engine in the page sees in it, where there is one. */
  seen: Seen | undefined;
  sending: Sending;
  /** The part of its bytes that have arrived, 0 to 1. */
  sent: number;
  /** What the service says of it. */
  capture: CaptureOut | undefined;
  /** Why the service did not take it. */
  refused: ReasonOut | string | undefined;
}

/** What the service knows. */
export interface Known {
  verification: VerificationOut;
  captures: readonly CaptureOut[];
  consents: readonly ConsentOut[];
}

/** What the person looks at beside the flow. */
export type Aside = "none" | "handover" | "appeal" | "support" | "faceless";

/** An appeal as this page knows it. */
export interface Appealing {
  appeal: AppealOut | undefined;
  dictated: DictatedOut | undefined;
  statement: StatementOut | undefined;
  attached: number;
}

/** Tickets as this page knows them. */
export interface Asking {
  /** Nothing until they were read. */
  tickets: readonly TicketOut[] | undefined;
  thread: ThreadOut | undefined;
  /** A new ticket is being written. */
  writing: boolean;
}

/** A line for the person: a text of the page's, one of the service's, or the code of a problem. */
export type Notice = string | TextOut | { code: string; at: string | undefined };

/** Everything that a screen is made of. */
export interface Model {
  known: Known | undefined;
  draft: Draft;
  /** The person has seen where the data is typed and wants to choose the document again. */
  choosing: boolean;
  /** What is wrong with the typed data. */
  wrong: readonly ReasonOut[];
  shot: Shot | undefined;
  /** The camera is open for this part. */
  camera: Part | undefined;
  /** The person goes on without their face, as they chose in this tab. */
  faceless: boolean;
  /** The person began once more after a failure. */
  again: boolean;
  aside: Aside;
  trouble: Trouble | undefined;
  network: Network;
  /** Something was sent and its answer is awaited. */
  busy: boolean;
  appealing: Appealing;
  asking: Asking;
  /** What the last thing tried came to, where it is worth a line. */
  notice: Notice | undefined;
}

/** A screen. */
export type Screen =
  | { at: "loading" | "consent" | "document" | "form" | "liveness" | "submit" | "processing" | "result" | Exclude<Aside, "none"> }
  | { at: "prepare" | "camera" | "review"; part: Part }
  | { at: "trouble"; trouble: Trouble };

/** What the person agrees to, and the version of its text in the catalogue. Another text is another version. */
export const CONSENTS = [
  { purpose: "identity_verification", version: "2026-11" },
  { purpose: "biometric_template", version: "2026-11-27" },
] as const;

/** Nothing is known yet. */
export const EMPTY: Model = {
  known: undefined,
  draft: {},
  choosing: false,
  wrong: [],
  shot: undefined,
  camera: undefined,
  faceless: false,
  again: false,
  aside: "none",
  trouble: undefined,
  network: "good",
  busy: false,
  appealing: { appeal: undefined, dictated: undefined, statement: undefined, attached: 0 },
  asking: { tickets: undefined, thread: undefined, writing: false },
  notice: undefined,
};

const PARTS: Readonly<Record<string, Part>> = { document_front: "front", document_back: "back", selfie: "selfie" };

/** Returns what is photographed at a step. */
export const partOf = (step: string): Part | undefined => PARTS[step];

/** Returns the screen that a model shows. */
export function screenOf(model: Model): Screen {
  if (model.trouble) return { at: "trouble", trouble: model.trouble };
  if (!model.known) return { at: "loading" };
  if (model.aside !== "none") return { at: model.aside };
  const { verification } = model.known;
  if (verification.processing) return { at: "processing" };
  if (!isOpen(model)) return { at: "result" };
  if (consentsMissing(model.known).length > 0) return { at: "consent" };
  if (model.shot) return { at: "review", part: model.shot.part };
  const step = verification.next[0]?.step;
  if (step === undefined) return { at: "submit" };
  if (step === "form") return { at: model.draft.document === undefined || model.choosing ? "document" : "form" };
  const part = partOf(step);
  // A step that this page does not know, the live check among them, is never passed over.
  if (part === undefined) return { at: "liveness" };
  return { at: model.camera === part ? "camera" : "prepare", part };
}

/** Can the person hand something in, and want they to? */
export function isOpen({ known, again }: Pick<Model, "known" | "again">): boolean {
  if (!known) return false;
  const { status, retry, next, appeal } = known.verification;
  if (status === "not_started" || status === "in_progress") return true;
  if (appeal?.status === "asked_again") return again && next.length > 0;
  return status === "failed" && retry === "now" && again;
}

/** Returns the consents that are not given, or were withdrawn. */
export function consentsMissing({ consents, verification }: Known) {
  // Who only types data shows no face.
  const asked = CONSENTS.filter(({ purpose }) => purpose !== "biometric_template" || showsFace(verification));
  const given = (purpose: string) => consents.some((one) => one.purpose === purpose && !one.withdrawn_at);
  return asked.filter(({ purpose }) => !given(purpose));
}

/** Has whoever holds the token not shown yet that the account is theirs? Nothing else of the person is for them: no question, no appeal. */
export const isClaim = ({ known }: Pick<Model, "known">): boolean => known !== undefined && ["recovery", "face_login"].includes(known.verification.flow);

/** Does a verification ask for a face? Told by its steps: the service names those that are missing. */
export const showsFace = ({ next }: VerificationOut): boolean => next.some(({ step }) => step === "selfie" || step === "liveness");

/** Returns a name of a screen that changes where the person would say that another page is before them. */
export function nameOf(screen: Screen): string {
  switch (screen.at) {
    case "prepare":
    case "camera":
    case "review":
      return `${screen.at}_${screen.part}`;
    case "trouble":
      return `trouble_${screen.trouble.kind}`;
    default:
      return screen.at;
  }
}

/** Returns how far the person is: the steps behind them and all of them. */
export function progressOf(model: Model): { done: number; all: number } | undefined {
  if (!model.known || !isOpen(model) || model.again) return undefined;
  const { verification, captures } = model.known;
  const missing = verification.next.length;
  const handed = new Set(captures.filter(({ usable }) => usable).map(({ part }) => part)).size;
  const typed = verification.next.some(({ step }) => step === "form") ? 0 : 1;
  const agreed = consentsMissing(model.known).length === 0 ? 1 : 0;
  // One for the consent, one for the submission.
  return { done: agreed + typed + handed, all: 2 + typed + handed + missing };
}
