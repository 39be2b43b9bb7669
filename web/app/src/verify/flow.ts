import type { ReasonOut, VerificationOut } from "../schema.js";
import { body, done, Problem, Unreachable } from "../shared/service.js";
import type { Service } from "../shared/service.js";
import { padded } from "./documents.js";
import { dropDraft, forgetAll, keepDraft, keepFaceless, readDraft, readFaceless } from "./draft.js";
import { consentsMissing, EMPTY, isOpen } from "./model.js";
import type { Aside, Draft, Known, Model, Notice, Part, Trouble } from "./model.js";

/** Shortest and longest pause between two looks at the service, in milliseconds. */
const LOOKS = { shortest: 1_000, longest: 10_000 } as const;
/** How often a page looks while a phone goes on in its place, in milliseconds. */
const FOLLOWS = 2_500;

/** Codes of problems after which the page's idea of the verification is old. */
const MOVED: readonly string[] = ["not_now", "stale", "appeal_in_progress", "steps_missing"];

/** Leads through a verification: it asks the service what is done, and sends what the person hands in. */
export class Flow {
  model: Model = EMPTY;
  #clock: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly service: Service,
    readonly verification: string,
    readonly onChange: (before: Model, after: Model) => void,
  ) {}

  /** Changes what is shown. */
  set(change: Partial<Model>): void {
    const before = this.model;
    this.model = { ...before, ...change };
    this.onChange(before, this.model);
  }

  /** Asks the service what is done, and goes on from there. */
  async start(): Promise<void> {
    this.set({ draft: { ...readDraft(this.verification), ...this.model.draft }, faceless: readFaceless(this.verification) });
    await this.refresh();
  }

  /** Stops looking at the service. */
  stop(): void {
    clearTimeout(this.#clock);
  }

  /** Asks the service how things are. */
  refresh(): Promise<void> {
    return this.run(async () => this.learn(await this.ask()));
  }

  /** Reads everything that the service knows of the verification. */
  async ask(): Promise<Known> {
    const path = { id: this.verification };
    const { api } = this.service;
    const [verification, captures] = await Promise.all([
      body(api.GET("/v1/verifications/{id}", { params: { path } })),
      body(api.GET("/v1/verifications/{id}/captures", { params: { path } })),
    ]);
    const consents = await body(api.GET("/v1/applicants/{id}/consents", { params: { path: { id: verification.applicant } } }));
    return { verification, captures, consents };
  }

  /** Takes in what the service knows, and looks again later where it may change by itself. */
  learn(known: Known): void {
    const { status, processing } = known.verification;
    const going = status === "not_started" || status === "in_progress";
    this.set({ known, trouble: undefined, ...(going || processing ? {} : { shot: undefined, camera: undefined }) });
    // The phone has handed everything in: this page shows what comes of it.
    if (this.model.aside === "handover" && (processing || !isOpen(this.model))) this.set({ aside: "none" });
    this.lookLater();
  }

  /** Plans the next look, where something may change without the person. */
  lookLater(): void {
    clearTimeout(this.#clock);
    const { known, aside } = this.model;
    if (!known || this.model.trouble?.kind === "token_expired") return;
    const { verification } = known;
    if (aside === "handover") this.#later(FOLLOWS);
    else if (verification.processing) this.#later(pause(verification.expected_at));
    else if (verification.status === "pending") this.#later(LOOKS.longest);
    else if (verification.retry === "at" && verification.retry_at) {
      // Timers hold no more than 24 days; nobody leaves a page open for that long.
      this.#later(Math.min(Math.max(Date.parse(verification.retry_at) - Date.now(), LOOKS.longest), 2 ** 31 - 1));
    }
  }

  #later(milliseconds: number): void {
    this.#clock = setTimeout(async () => {
      try {
        this.learn(await this.ask());
      } catch (error) {
        if (error instanceof Problem && error.status === 401) this.stuck(error);
        else this.lookLater();
      }
    }, milliseconds);
  }

  /** Does something that the person waits for. What goes wrong is shown, never thrown. */
  async run(act: () => Promise<void>): Promise<void> {
    if (this.model.busy) return;
    this.set({ busy: true, notice: undefined });
    try {
      await act();
      this.set({ busy: false });
    } catch (error) {
      this.set({ busy: false });
      await this.#recover(error);
    }
  }

  async #recover(error: unknown): Promise<void> {
    if (error instanceof Problem && MOVED.includes(error.code) && this.model.known) {
      // The page's idea was old: the service's counts.
      try {
        return this.learn(await this.ask());
      } catch (later) {
        return this.stuck(later);
      }
    }
    const notice = error instanceof Problem ? noticeOf(error, this.model.aside) : undefined;
    if (notice) this.set({ notice });
    else this.stuck(error);
  }

  /** Shows what stands in the way. */
  stuck(error: unknown): void {
    this.set({ trouble: troubleOf(error) });
  }

  /** Leaves a screen of trouble: everything is asked anew. */
  retry = (): Promise<void> => {
    this.set({ trouble: undefined });
    return this.refresh();
  };

  /** Records that the person agrees. */
  agree = (): Promise<void> =>
    this.run(async () => {
      const { known } = this.model;
      if (!known) return;
      const params = { path: { id: known.verification.applicant } };
      for (const consent of consentsMissing(known)) {
        await done(this.service.api.POST("/v1/applicants/{id}/consents", { params, body: consent }));
      }
      this.learn(await this.ask());
    });

  /** Keeps what is typed. */
  type = (change: Draft): void => {
    const draft = { ...this.model.draft, ...change };
    keepDraft(this.verification, draft);
    this.set({ draft });
  };

  /** Hands in the typed data; what is wrong with it is shown beside its field. */
  handInData = (): Promise<void> =>
    this.run(async () => {
      const { document, country, name, birth_date, number, sex, nationality } = this.model.draft;
      if (!document || !country || !name || !birth_date || !number) return;
      const data = { document, country, name, birth_date: padded(birth_date), number, sex: sex || null, nationality: nationality || null };
      const params = { path: { id: this.verification } };
      const found = await body(this.service.api.PUT("/v1/verifications/{id}/data", { params, body: data }));
      this.set({ wrong: found.usable ? [] : found.reasons });
      this.learn(await this.ask());
    });

  /** Opens the camera for a part, or closes it. */
  open = (camera: Part | undefined): void => this.set({ camera, notice: undefined });

  /** Goes aside from the flow, or back to it. */
  aside = (aside: Aside): void => {
    this.set({ aside, camera: undefined, notice: undefined });
    this.lookLater();
  };

  /** Begins with what failed. */
  tryAgain = (): void => this.set({ again: true, wrong: [], aside: "none" });

  /** Declines to show the face. It needs no consent. */
  refuseFace = (why: "cannot" | "will_not"): Promise<void> =>
    this.run(async () => {
      const params = { path: { id: this.verification } };
      await body(this.service.api.POST("/v1/verifications/{id}/face-refusal", { params, body: { why } }));
      keepFaceless(this.verification, true);
      this.set({ faceless: true, aside: "none" });
      this.learn(await this.ask());
    });

  /** Asks for the face after all. */
  showFace = (): Promise<void> =>
    this.run(async () => {
      const params = { path: { id: this.verification } };
      await done(this.service.api.DELETE("/v1/verifications/{id}/face-refusal", { params }));
      keepFaceless(this.verification, false);
      this.set({ faceless: false });
      this.learn(await this.ask());
    });

  /** Submits. */
  submit = (): Promise<void> =>
    this.run(async () => {
      const params = { path: { id: this.verification } };
      await body(this.service.api.POST("/v1/verifications/{id}/submit", { params }));
      dropDraft(this.verification);
      keepFaceless(this.verification, false);
      this.set({ again: false, faceless: false });
      this.learn(await this.ask());
    });

  /** Forgets everything that this browser keeps, and asks the service anew. */
  reset = async (): Promise<void> => {
    this.stop();
    await forgetAll();
    this.set({ ...EMPTY, network: this.model.network });
    await this.refresh();
  };

}

/** Returns what an error means for the person. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof Unreachable) return { kind: "unreachable" };
  if (!(error instanceof Problem)) return { kind: "failed", code: "page_failed" };
  if (error.status === 401) return { kind: "token_expired" };
  if (error.status === 404) return { kind: "not_found" };
  if (error.code === "client_outdated") return { kind: "outdated", reason: reasonOf(error) };
  if (error.status === 503) return { kind: "unreachable" };
  if (error.status === 429 && error.retry_at) return { kind: "later", at: error.retry_at };
  return { kind: "failed", code: error.code };
}

/** Statuses of problems that the person can put right where they are. */
const THEIRS: readonly number[] = [403, 409, 413, 422];

/** Returns a line about a problem that is no reason to leave the screen. */
function noticeOf(problem: Problem, aside: Aside): Notice | undefined {
  const here = THEIRS.includes(problem.status) || (problem.status === 429 && aside !== "none");
  if (!here || problem.code === "client_outdated") return undefined;
  return problem.text ?? problem.reasons[0]?.remedy ?? { code: problem.code, at: problem.retry_at };
}

/** Returns the reason that a problem carries. */
export const reasonOf = (problem: Problem): ReasonOut | undefined => problem.reasons[0];

/** How long to wait before the next look at a verification that the machine works on. */
function pause(expected: VerificationOut["expected_at"]): number {
  const left = expected ? Date.parse(expected) - Date.now() : 0;
  return Math.min(Math.max(left, LOOKS.shortest), 5_000);
}
