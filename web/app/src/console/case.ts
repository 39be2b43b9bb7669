import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { CaseOut, EvidenceOut, VerificationOut } from "../schema";
import { api, body, Problem } from "./api";
import { appealPart } from "./appeal";
import { codeList, eyes } from "./case-summary";
import { compare, type Beside, type Pointed } from "./compare";
import { verdict, type Verdict } from "./decide";
import { duplicatesPart, facesPart, historyPart, measuresPart, notesPart, reasonsPart } from "./evidence";
import { onKeys } from "./keys";
import { livePart } from "./live";
import { Pictures, picturesPart } from "./pictures";
import type { Measured } from "./regions";
import { go } from "./route";
import { session } from "./session";
import { t, word } from "./texts";
import { fromNow, moment } from "./time";
import { explain, say, View } from "./view";

/** How long before its end a claim is renewed, in milliseconds, while somebody works on the case. */
const RENEW_BEFORE = 5 * 60_000;

/** One case, for whoever holds it. */
@customElement("menshen-case")
export class Case extends View {
  @property({ attribute: false }) case_id = "";
  @state() private found: CaseOut | undefined;
  @state() private course: VerificationOut | undefined;
  @state() private deciding: Verdict | undefined;
  @state() private pointed: Pointed | undefined;
  private pictures = new Pictures(() => this.requestUpdate());
  private stop: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    const decide = (which: Verdict) => () => void (this.holds && (this.deciding = which));
    const keys = onKeys({
      a: decide("approve"), x: decide("refuse"), g: decide("ask_again"), Escape: () => go("queue"),
      n: () => this.querySelector<HTMLTextAreaElement>("textarea[name=note]")?.focus(), u: () => void this.release(),
    });
    const clock = setInterval(() => void this.renew(), 60_000);
    this.stop = [keys, () => clearInterval(clock)];
  }

  override disconnectedCallback(): void {
    for (const stop of this.stop) stop();
    // What was looked at is forgotten with the page that showed it.
    this.pictures.forget();
    super.disconnectedCallback();
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("case_id")) {
      this.found = this.course = undefined;
      this.pictures.forget();
      void this.load();
    }
  }

  private get holds(): boolean {
    return this.found?.evidence !== undefined && this.found.evidence !== null;
  }

  private get path() {
    return { params: { path: { id: this.case_id } } };
  }

  private async load(): Promise<void> {
    await this.attempt(async () => {
      this.found = await body(api.GET("/v1/review/cases/{id}", this.path));
      const path = { id: this.found.verification };
      this.course = await body(api.GET("/v1/verifications/{id}", { params: { path } }));
    });
  }

  private async claim(): Promise<void> {
    const done = await this.attempt(async () => void (await body(api.POST("/v1/review/cases/{id}/claim", this.path))));
    if (done) await this.load();
  }

  /** Holds on to the case while it is on the screen. */
  private async renew(): Promise<void> {
    const until = this.found?.held_until;
    if (!this.holds || !until || document.hidden || Date.parse(until) - Date.now() > RENEW_BEFORE) return;
    const renewed = await body(api.POST("/v1/review/cases/{id}/claim", this.path)).catch(() => undefined);
    if (renewed && this.found) this.found = { ...this.found, held_until: renewed.held_until ?? null };
  }

  private async release(why?: "conflict"): Promise<void> {
    if (!this.holds) return;
    const path = { id: this.case_id };
    const query = why ? { why } : {};
    const done = await this.attempt(async () => void (await body(api.DELETE("/v1/review/cases/{id}/claim", { params: { path, query } }))));
    if (!done) return;
    say(t(why ? "case.released_for_good" : "case.released"));
    go("queue");
  }

  private decided(standing: string): void {
    this.deciding = undefined;
    say(word("standing", standing));
    go("queue");
  }

  override render(): TemplateResult {
    const { found } = this;
    if (!found) return html`<div class="page">${this.refusal()}${this.problem ? back() : html`<p role="status">${t("loading")}</p>`}</div>`;
    return html`<article class="case">
      ${this.head(found)}${this.refusal()}
      ${found.evidence ? this.body(found, found.evidence) : this.closed(found)}
      ${this.deciding && found.evidence ? html`<menshen-decide .found=${found} .course=${this.course} .verdict=${this.deciding}
          @left=${() => (this.deciding = undefined)} @decided=${(event: CustomEvent<string>) => this.decided(event.detail)}></menshen-decide>` : nothing}
    </article>`;
  }

  private head(found: CaseOut): TemplateResult {
    return html`<header class="case-head">
      ${back()}
      <h1>${found.kind ? word("kind", found.kind) : t("kind.none")} <span class="quiet">${found.level}</span></h1>
      <span class="tag">${word("queue", found.queue)}</span>
      <span class=${found.overdue ? "late" : "quiet"}>${t(found.overdue ? "case.late" : "case.due", { at: fromNow(found.due_at) })}</span>
      <span class="grow"></span>
      ${this.holds
        ? html`<span class="quiet">${found.held_until ? t("case.until", { at: moment(found.held_until) }) : nothing}</span>
            <button class="plain" @click=${() => void this.release()} title="u">${t("case.release")}</button>
            <button class="plain" @click=${() => void this.release("conflict")}>${t("case.conflict")}</button>`
        : nothing}
    </header>`;
  }

  /** Codes only, and a way in where there is one. */
  private closed(found: CaseOut): TemplateResult {
    const mine = found.held_by === session()?.id;
    return html`<div class="page"><p class="codes">${codeList(found.codes)}</p>${eyes(found)}
      ${found.refusal && !mine
        ? html`<p class="notice">${explain(new Problem(403, found.refusal, "", undefined))}</p>`
        : html`<button class="main" @click=${() => void this.claim()}>${t("case.claim")}</button><p class="quiet">${t("case.claim_help")}</p>`}
    </div>`;
  }

  private body(found: CaseOut, evidence: EvidenceOut): TemplateResult {
    const measured = evidence.measured as Measured;
    const reload = () => void this.load();
    return html`<div class="case-body">
      <div class="case-pictures">${picturesPart(this.pictures, found, evidence, this.pointed)}
        ${evidence.appeal ? appealPart(this.pictures, found, evidence.appeal) : nothing}</div>
      <div class="case-facts">
        ${eyes(found)}
        ${reasonsPart(evidence)}
        <section><h2>${t("compare.title")}</h2>${compare(evidence.beside as Beside[], (at) => (this.pointed = at))}</section>
        ${facesPart(evidence)}${livePart(measured.liveness)}${duplicatesPart(found, evidence, measured)}
        ${notesPart(found, evidence, reload)}
        ${historyPart(found, evidence, this.course)}
        ${measuresPart(measured)}
      </div>
    </div>
    <footer class="decide-bar" aria-label=${t("decide.label")}>
      <button @click=${() => (this.deciding = "approve")}>${verdict("approve")} <kbd>a</kbd></button>
      <button @click=${() => (this.deciding = "refuse")}>${verdict("refuse")} <kbd>x</kbd></button>
      <button @click=${() => (this.deciding = "ask_again")}>${verdict("ask_again")} <kbd>g</kbd></button>
    </footer>`;
  }
}

const back = (): TemplateResult => html`<a class="back" href="#/queue">${t("case.back")}</a>`;
