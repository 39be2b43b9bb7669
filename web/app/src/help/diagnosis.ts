import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { unsafeSVG } from "lit/directives/unsafe-svg.js";
import { api, body } from "../account/api.js";
import type { DiagnosisOut, DiagnosticsIn, RemedyOut } from "../schema.js";
import { qrOf } from "../shared/qr.js";
import "./attach.js";
import { isOfFace, lookOf, LOOKS } from "./look.js";
import type { Look } from "./look.js";
import { FAILED, lookAround, needsCamera, PROBES } from "./probes.js";
import type { Failed, Probe, Row } from "./probes.js";
import { doneBy, faultsOf } from "./remedies.js";
import { resetPage } from "./reset.js";
import { helpOf } from "./route.js";
import { remedy, say, t, told, word } from "./texts.js";
import type { Said } from "./texts.js";
import { TRIED } from "./tried.js";
import type { Tried } from "./tried.js";
import { isUnreachable, View } from "./view.js";

/** Remedies that send somebody to another device. */
const ELSEWHERE = ["other_device", "larger_picture"];

/** What the service answered; without it only what the page knows by itself. */
type Answer = { remedies: readonly RemedyOut[]; attach: DiagnosticsIn; offline: boolean };

/**
 * Looks at camera, light, network, version and clock, and tells in order what helps. It is no attempt, stores nothing, and asks for the
 * camera only after a press. Other pages show it as `<menshen-diagnosis tenant="…">`.
 */
@customElement("menshen-diagnosis")
export class Diagnosis extends View {
  /** By whose policy it is judged. */
  @property() tenant = "";
  @state() private failed: Failed = "face_login";
  @state() private tried: ReadonlySet<Tried> = new Set();
  @state() private look: ReadonlySet<Look> = new Set();
  @state() private rows: ReadonlyMap<Probe, Row> = new Map();
  @state() private answer: Answer | undefined;
  @state() private looking = false;
  @state() private wasReset = false;
  private goOn: () => void = () => undefined;

  private note = (probe: Probe, state: Row["state"], says: Said): void => {
    this.rows = new Map(this.rows).set(probe, { state, says });
  };

  private async start(): Promise<void> {
    [this.looking, this.answer] = [true, undefined];
    this.rows = new Map(PROBES.map((probe) => [probe, { state: "waiting", says: ["probe.waiting"] }]));
    await this.updateComplete;
    this.querySelector<HTMLElement>("#probes")?.focus();
    const without = new Promise<void>((resolve) => (this.goOn = resolve));
    const seen = await lookAround({ tenant: this.tenant, failed: this.failed, note: this.note, without });
    await this.attempt(async () => void (this.answer = await this.ask({ ...seen, ...lookOf(this.failed, this.look), tried: [...this.tried] })));
    this.looking = false;
    await this.updateComplete;
    this.querySelector<HTMLElement>("#remedies")?.focus();
  }

  /** Asks what helps. A service that cannot be reached is itself what the person is told about. */
  private async ask(diagnostics: DiagnosticsIn): Promise<Answer> {
    let answer: DiagnosisOut;
    try {
      answer = await body(api.POST("/v1/diagnosis", { body: { tenant: this.tenant, client_time_ms: Date.now(), diagnostics } }));
    } catch (error) {
      if (!isUnreachable(error)) {
        this.note("clock", "skipped", ["clock.unknown"]);
        throw error;
      }
      this.note("network", "fault", ["network.offline"]);
      this.note("clock", "skipped", ["clock.unknown"]);
      return { remedies: [], attach: { ...diagnostics, network: "offline" }, offline: true };
    }
    const ahead = answer.attach.clock_ahead_ms ?? 0;
    const off = Math.abs(ahead);
    this.note("clock", "known", off < 10_000 ? ["clock.right"] : [ahead > 0 ? "clock.fast" : "clock.slow", { length: off }]);
    return { remedies: answer.remedies, attach: answer.attach, offline: false };
  }

  private again(code: string): void {
    const done = doneBy(code);
    if (done !== undefined) this.tried = new Set(this.tried).add(done);
    void this.start();
  }

  override render(): TemplateResult {
    return html`<h1>${t("diagnosis.title")}</h1>
      <p>${t("diagnosis.lead")}</p>
      <p class="notice">${t("diagnosis.no_attempt")}</p>
      ${this.form()}${this.refusal()}${this.rows.size === 0 ? nothing : this.probes()}${this.answer ? this.remedies(this.answer) : nothing}`;
  }

  private form(): TemplateResult {
    const start = (event: SubmitEvent) => {
      event.preventDefault();
      void this.start();
    };
    const camera = needsCamera(this.failed);
    return html`<form @submit=${start}>
      <label>${t("diagnosis.failed")}
        <select name="failed" .value=${this.failed} ?disabled=${this.looking} @change=${(event: Event) => (this.failed = (event.target as HTMLSelectElement).value as Failed)}>
          ${FAILED.map((failed) => html`<option value=${failed} ?selected=${failed === this.failed}>${word("failed", failed)}</option>`)}</select></label>
      ${isOfFace(this.failed) ? this.ticks("look", LOOKS, this.look, (look) => (this.look = look)) : nothing}
      ${this.ticks("tried", TRIED, this.tried, (tried) => (this.tried = tried))}
      <p id="why-camera">${camera ? t("diagnosis.camera_why") : t("diagnosis.camera_not")}</p>
      <button class="main" aria-describedby="why-camera" ?disabled=${this.looking}>${this.answer ? t("diagnosis.again") : t("diagnosis.start")}</button></form>`;
  }

  /** What the person says themselves, to be ticked: nobody has to. */
  private ticks<T extends string>(name: "look" | "tried", all: readonly T[], ticked: ReadonlySet<T>, tell: (ticked: ReadonlySet<T>) => void): TemplateResult {
    const tick = (one: T) => (event: Event) => {
      const changed = new Set(ticked);
      if ((event.target as HTMLInputElement).checked) changed.add(one);
      else changed.delete(one);
      tell(changed);
    };
    return html`<details><summary>${t(`diagnosis.${name}`)}</summary><fieldset ?disabled=${this.looking}><legend class="unseen">${t(`diagnosis.${name}`)}</legend>${all.map((one) =>
      html`<label class="check"><input type="checkbox" name=${one} .checked=${ticked.has(one)} @change=${tick(one)} /><span>${word(name, one)}</span></label>`)}</fieldset></details>`;
  }

  private probes(): TemplateResult {
    const faults = faultsOf(this.answer?.remedies ?? []);
    const waits = this.rows.get("permission")?.state === "running";
    return html`<section><h2 id="probes" tabindex="-1">${this.looking ? t("diagnosis.looking") : t("diagnosis.seen")}</h2>
      ${waits ? html`<div class="notice" role="status"><p>${t("diagnosis.asks")}</p><button type="button" @click=${() => this.goOn()}>${t("diagnosis.without")}</button></div>` : nothing}
      <ul class="probes" aria-busy=${this.looking ? "true" : "false"}>${PROBES.map((probe) => {
        const row = this.rows.get(probe);
        if (row === undefined) return nothing;
        const state = faults.has(probe) ? "fault" : row.state;
        return html`<li class=${state}><span class="sign" aria-hidden="true"></span><span><strong>${word("probe", probe)}</strong> ${state === "known" ? nothing : html`<span class="tag">${word("state", state)}</span>`}<br /><span class="quiet">${say(row.says)}</span></span></li>`;
      })}</ul>
      <p class="unseen" role="status">${this.looking ? t("diagnosis.looking") : ""}</p></section>`;
  }

  private remedies({ remedies, attach, offline }: Answer): TemplateResult {
    const seen = remedies.some((one) => one.seen);
    const write = remedies.filter(({ code }) => code === "write_to_support");
    const steps = remedies.filter(({ code }) => code !== "write_to_support");
    return html`<section><h2 id="remedies" tabindex="-1">${t("remedies.title")}</h2>
      <p role="status">${offline ? t("remedies.offline") : seen ? t("remedies.seen") : t("remedies.nothing")}</p>
      ${offline ? this.offline() : html`<ol class="remedies">${steps.map((one) => this.step(one))}</ol>`}</section>
      <section><h2>${write[0] ? told(write[0].title) : t("attach.title")}</h2>${write[0] ? html`<p>${told(write[0].text)}</p>` : nothing}
        <menshen-attach .tenant=${this.tenant} .attach=${attach} .failed=${this.failed} .offline=${offline}></menshen-attach></section>`;
  }

  private offline(): TemplateResult {
    const { title, text } = remedy("go_online");
    return html`<ol class="remedies"><li class="blocks"><h3>${title} <span class="tag">${t("remedies.blocks")}</span></h3><p>${text}</p>
      <button type="button" @click=${() => void this.start()}>${t("remedies.again")}</button></li></ol>`;
  }

  /** The way to another device; nothing of the person is in it. */
  private elsewhere(): TemplateResult {
    return html`<details><summary>${t("elsewhere.show")}</summary><div class="qr" role="img" aria-label=${t("elsewhere.code")}>${unsafeSVG(qrOf(helpOf(this.tenant)))}</div>
      <p class="quiet">${t("elsewhere.help")}</p></details>`;
  }

  private step({ code, title, text, blocks, seen }: RemedyOut): TemplateResult {
    const reset = () => void resetPage().then(() => (this.wasReset = true));
    const tag = blocks ? t("remedies.blocks") : seen ? t("remedies.was_seen") : undefined;
    return html`<li class=${blocks ? "blocks" : seen ? "seen" : ""} data-code=${code}>
      <h3>${told(title)} ${tag ? html`<span class="tag">${tag}</span>` : nothing}</h3><p>${told(text)}</p>
      ${code === "clear_cache" ? html`<button type="button" @click=${reset}>${t("reset.button")}</button> <span role="status" class="quiet">${this.wasReset ? t("reset.done") : ""}</span>` : nothing}
      ${ELSEWHERE.includes(code) ? this.elsewhere() : nothing}
      <button type="button" class=${blocks || seen ? "" : "plain"} aria-label=${t("remedies.again_of", { title: told(title) })} ?disabled=${this.looking} @click=${() => this.again(code)}>${t("remedies.again")}</button></li>`;
  }
}
