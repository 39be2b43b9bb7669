import { html, LitElement, nothing } from "lit";
import type { PropertyValues } from "lit";
import { langOf } from "../shared/i18n.js";
import { connectTo } from "../shared/service.js";
import { Appeals } from "./appeals.js";
import { openEye } from "./eye.js";
import type { Eye } from "./eye.js";
import { emit } from "./events.js";
import type { MenshenLive } from "./live/index.js";
import { Flow } from "./flow.js";
import { linkOf } from "../shared/link.js";
import { isClaim, isOpen, nameOf, progressOf, screenOf } from "./model.js";
import type { Model, Notice, Screen } from "./model.js";
import { sessionOf } from "./session.js";
import type { Session } from "./session.js";
import { screenFor } from "./screens/index.js";
import { Shots } from "./shots.js";
import { styles } from "./styles.js";
import { Tickets } from "./tickets.js";
import { textsOf } from "./texts.js";
import type { VerifyTexts } from "./texts.js";
import { PROGRAM } from "./version.js";
import type { View } from "./view.js";

/** Where the script comes from: the service, unless `service` names another one. */
const HOME = new URL(import.meta.url).origin;

/**
 * `<menshen-verify token="mt_.." lang="en">`: leads a person through their verification, and shows how it stands.
 *
 * - `token`: the person's short-lived token; set another one when `menshen-token-expired` comes.
 * - `verification`: its id.
 * - `lang`: `en` or `zh-CN`; the page's or the browser's where left out.
 * - `service`: the service's address; the one that served the script where left out.
 */
export class MenshenVerify extends LitElement {
  static override properties = {
    token: {},
    verification: {},
    lang: { reflect: true },
    service: {},
    model: { state: true },
    texts: { state: true },
    eye: { state: true },
  };
  static override styles = styles;

  declare token: string;
  declare verification: string;
  declare service: string;
  declare model: Model | undefined;
  declare texts: VerifyTexts | undefined;
  declare eye: Eye | undefined;

  #flow: Flow | undefined;
  #shots: Shots | undefined;
  #appeals: Appeals | undefined;
  #tickets: Tickets | undefined;
  #session: Session | undefined;
  #shown = "";
  #said = "";
  #begun = false;
  #told = "";
  /** The first screen, for as long as no other one was shown. */
  #opened = "";
  #live: MenshenLive | null = null;

  constructor() {
    super();
    this.token = "";
    this.verification = "";
    this.service = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("online", this.#online);
    addEventListener("offline", this.#offline);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("online", this.#online);
    removeEventListener("offline", this.#offline);
    this.#flow?.stop();
    this.#shots?.drop();
    this.eye?.close();
    this.eye = undefined;
  }

  #online = () => {
    this.#flow?.set({ network: "good" });
    void this.#read();
    if (this.model?.trouble?.kind === "unreachable") void this.#flow?.retry();
  };
  #offline = () => this.#flow?.set({ network: "offline" });

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("lang")) void this.#read();
    if (changed.has("service") || changed.has("verification")) this.#restart();
    else if (changed.has("token")) this.token && this.model?.trouble?.kind === "token_expired" ? void this.#flow?.retry() : this.#restart();
  }

  async #read(): Promise<void> {
    const lang = langOf(this.lang);
    // Without a network another language does not come: the one that is there stays until it does.
    const texts = await textsOf(lang).catch(() => this.texts);
    if (texts && lang === langOf(this.lang)) this.texts = texts;
  }

  /** Begins anew with what the attributes say. */
  #restart(): void {
    this.#flow?.stop();
    this.#shots?.drop();
    this.#session = undefined;
    this.#flow = undefined;
    if (this.token) void this.#begin();
  }

  async #begin(): Promise<void> {
    if (!this.texts) await this.#read();
    const url = (this.service || HOME).replace(/\/+$/, "");
    const service = connectTo({
      url,
      token: () => this.token,
      program: PROGRAM,
      onNetwork: (network) => this.#flow && this.#flow.model.network !== network && this.#flow.set({ network }),
    });
    const flow = new Flow(service, this.verification, (before, after) => this.#changed(before, after));
    this.#flow = flow;
    this.#shots = new Shots(flow, () => this.eye);
    this.#appeals = new Appeals(flow);
    this.#tickets = new Tickets(flow);
    this.model = flow.model;
    if (!this.verification) return flow.set({ trouble: { kind: "not_found" } });
    await flow.start();
    if (this.#flow !== flow || !isOpen(flow.model)) return;
    await this.#prepare(flow);
  }

  /** Fetches what photos are judged by, when there are photos to be taken. Nothing waits for it. */
  async #prepare(flow: Flow): Promise<void> {
    if (this.#session) return;
    const session = await sessionOf(flow.service, flow.verification);
    this.#session = session;
    this.requestUpdate();
    if (session.rules) this.eye ??= await openEye(flow.service.url, session.rules, () => (this.eye = undefined));
  }

  #changed(before: Model, after: Model): void {
    if (!this.#flow || after !== this.#flow.model) return;
    this.model = after;
    if (after.again && !before.again && this.#flow) void this.#prepare(this.#flow);
    if (after.aside !== before.aside && after.aside === "support" && !isClaim(after)) void this.#tickets?.read();
    if (after.aside !== before.aside && after.aside === "appeal") void this.#appeals?.read();
    const { trouble } = after;
    if (trouble && trouble !== before.trouble) {
      emit(this, "menshen-error", { code: trouble.kind === "failed" ? trouble.code : trouble.kind });
      if (trouble.kind === "token_expired") emit(this, "menshen-token-expired", undefined);
    }
    const now = after.known?.verification;
    if (!now || now.processing || now.status === "not_started" || now.status === "in_progress") return;
    const told = `${now.status} ${now.since}`;
    if (told === this.#told) return;
    this.#told = told;
    emit(this, "menshen-result", { verification: now.id, status: now.status, retry: now.retry ?? undefined, reasons: now.reasons });
  }

  override updated(changed: PropertyValues<this>): void {
    if (!this.model || !this.texts) return;
    const name = nameOf(screenOf(this.model));
    this.#showLive(name);
    if (name !== this.#shown && name !== "loading") emit(this, "menshen-step", { step: name });
    const heading = this.renderRoot.querySelector<HTMLElement>("h2");
    const said = heading?.textContent ?? "";
    const first = !this.#begun;
    this.#begun ||= name !== "loading";
    const other = name !== this.#shown || said !== this.#said;
    this.#shown = name;
    this.#said = said;
    // What is new is read from its heading on. The first screen takes nothing away from the page around it, and another language
    // is no other screen.
    if (other && !first && !changed.has("texts")) heading?.focus();
  }

  /** The check has its own heading, and comes a moment after its screen. */
  #showLive(name: string): void {
    const live = this.renderRoot.querySelector("menshen-live");
    if (live && live !== this.#live && this.#opened !== name) live.focus();
    this.#live = live;
    if (name !== "loading") this.#opened ||= name;
    if (name !== "loading" && name !== this.#opened) this.#opened = "-";
  }

  override render() {
    const { model, texts } = this;
    if (!model || !texts || !this.#flow || !this.#shots || !this.#appeals || !this.#tickets) return nothing;
    const screen = screenOf(model);
    const view: View = {
      model,
      flow: this.#flow,
      shots: this.#shots,
      appeals: this.#appeals,
      tickets: this.#tickets,
      texts,
      eye: this.eye,
      accepted: this.#session?.accepted,
      files: this.#session?.files ?? [],
      largest: this.#session?.largest ?? Infinity,
      token: this.token,
      link: `${this.#flow.service.url}/verify#${linkOf(this.token, this.verification)}`,
      program: PROGRAM,
    };
    return html`<section part="screen" class="screen at-${screen.at}" lang=${texts.lang} aria-busy=${model.busy}>
      ${this.#progress(model, texts, screen)}
      <div class="banner" role="status" aria-live="polite">${model.network === "good" ? nothing : html`<p class="note">${texts.t(`network.${model.network}`)}</p>`}</div>
      ${screenFor(view, screen)}
      <p class="notice" role="status" aria-live="polite">${model.notice === undefined ? nothing : noticeText(model.notice, texts)}</p>
      ${screen.at === "loading" || screen.at === "camera" ? nothing : html`<footer>
        ${screen.at === "support" || screen.at === "trouble" ? nothing : html`<button type="button" class="quiet" part="button quiet" @click=${() => view.flow.aside("support")}>${texts.t("support.help")}</button>`}
        <button type="button" class="quiet" part="button quiet" @click=${view.flow.reset}>${texts.t("reset")}</button>
      </footer>`}
    </section>`;
  }

  #progress(model: Model, texts: VerifyTexts, screen: Screen) {
    const progress = progressOf(model);
    if (!progress || screen.at === "trouble" || model.aside !== "none") return nothing;
    const label = texts.t("progress", { n: progress.done + 1, all: progress.all });
    return html`<div class="way" part="progress"><progress max=${progress.all} .value=${progress.done} aria-label=${label}></progress><span class="small">${label}</span></div>`;
  }
}

function noticeText(notice: Notice, texts: VerifyTexts): string {
  if (typeof notice === "string") return notice;
  if (!("code" in notice)) return texts.of(notice);
  const when = notice.at ? texts.moment(notice.at) : "";
  const key = `problem.${notice.code}`;
  return texts.has(key) ? texts.t(key, { when }) : texts.t("problem.other", { code: notice.code });
}

declare global {
  interface HTMLElementTagNameMap {
    "menshen-verify": MenshenVerify;
  }
}
