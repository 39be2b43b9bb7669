import { html, LitElement, nothing } from "lit";
import type { PropertyValues } from "lit";
import { langOf } from "../../shared/i18n.js";
import { connectTo } from "../../shared/service.js";
import type { Network, Service } from "../../shared/service.js";
import { cameraFault, cameraTrouble, closeCamera, openCamera } from "../camera.js";
import type { Trouble } from "../model.js";
import { textsOf } from "../texts.js";
import type { VerifyTexts } from "../texts.js";
import { PROGRAM } from "../version.js";
import { Check } from "./check.js";
import type { Wanted } from "./check.js";
import type { LiveEvents, Offer } from "./events.js";
import { lensOf } from "./lens.js";
import { codeOf, placeAfter } from "./place.js";
import type { Place } from "./place.js";
import { BLANK } from "./said.js";
import type { Shown } from "./said.js";
import { screen } from "./screens.js";
import { stage } from "./stage.js";
import { liveStyles } from "./styles.js";

/** Where the script comes from: the service, unless `service` names another one. */
const HOME = new URL(import.meta.url).origin;
/** How often what is left of the time is shown anew, in milliseconds. */
const SECOND = 500;

/**
 * `<menshen-live token="mt_.." verification="..">`: the live check of a verification, from the choices before it to its end.
 *
 * - `token`: a token of the person's that may hand in for the verification.
 * - `verification`: its id.
 * - `lang`: `en` or `zh-CN`; the page's or the browser's where left out.
 * - `service`: the service's address; the one that served the script where left out.
 * - `offers`: which ways out the page around it has, with spaces between: `without_face`, `other_device`, `other_way`, `support`.
 *
 * It says by events how it went: `menshen-live-done`, `menshen-live-over`, `menshen-live-left`.
 */
export class MenshenLive extends LitElement {
  static override properties = {
    token: {},
    verification: {},
    lang: { reflect: true },
    service: {},
    offers: {},
    texts: { state: true },
    place: { state: true },
    shown: { state: true },
    wanted: { state: true },
    network: { state: true },
    ready: { state: true },
    now: { state: true },
  };
  static override styles = liveStyles;

  declare token: string;
  declare verification: string;
  declare service: string;
  declare offers: string;
  declare texts: VerifyTexts | undefined;
  declare place: Place;
  declare shown: Shown;
  declare wanted: Wanted;
  declare network: Network;
  declare ready: boolean;
  declare now: number;

  #check: Check | undefined;
  #stream: MediaStream | undefined;
  #clock: ReturnType<typeof setInterval> | undefined;
  #focus = false;
  #said = "";

  constructor() {
    super();
    this.token = "";
    this.verification = "";
    this.service = "";
    this.offers = "";
    this.place = { at: "before" };
    this.shown = BLANK;
    this.wanted = { mode: "usual", photosensitive: false };
    this.network = "good";
    this.ready = false;
    this.now = Date.now();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#clock = setInterval(() => this.#tick(), SECOND);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#clock);
    this.#check?.leave();
    this.#putAway();
  }

  #tick(): void {
    if (this.place.at === "running" || this.place.at === "wait") this.now = Date.now();
  }

  /** Gives the heading the focus, as soon as there is one. */
  override focus(): void {
    this.#focus = true;
    this.requestUpdate();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("lang") || !this.texts) void this.#read();
    // Another verification is another check.
    if (changed.has("verification") && changed.get("verification")) {
      this.#check?.leave();
      this.place = { at: "before" };
    }
  }

  async #read(): Promise<void> {
    const lang = langOf(this.lang);
    if (this.texts?.lang === lang) return;
    const texts = await textsOf(lang).catch(() => undefined);
    if (texts && lang === langOf(this.lang)) this.texts = texts;
  }

  #service(): Service {
    const url = (this.service || HOME).replace(/\/+$/, "");
    return connectTo({ url, token: () => this.token, program: PROGRAM, onNetwork: (network) => (this.network = network) });
  }

  #begin = async (): Promise<void> => {
    const fault = cameraFault();
    if (fault) return this.#arrive({ at: "trouble", trouble: fault });
    this.shown = BLANK;
    this.ready = false;
    this.place = { at: "running" };
    const check = new Check(this.#service(), () => this.token, this.verification, (before, after) => this.#check === check && this.#changed(before, after));
    this.#check = check;
    await this.updateComplete;
    this.#dialog?.showModal();
    let trouble: Trouble | undefined;
    try {
      const stream = await openCamera("selfie");
      if (this.#check !== check) return closeCamera(stream);
      this.#stream = stream;
      const video = this.#dialog?.querySelector("video");
      if (!video) return this.#stop();
      video.srcObject = stream;
      await video.play();
      this.ready = true;
      for (const track of stream.getTracks()) {
        track.addEventListener("ended", () => {
          if (this.#check !== check) return;
          trouble = { kind: "camera_busy" };
          check.leave();
        });
      }
      void awake();
      const end = await check.run(lensOf(video, stream), this.wanted);
      if (this.#check === check) this.#arrive(trouble ? { at: "trouble", trouble } : placeAfter(end));
    } catch (error) {
      if (this.#check === check) this.#arrive({ at: "trouble", trouble: cameraTrouble(error) });
    }
  };

  /** The person gives the check up. The service hears of it meanwhile. */
  #stop = (event?: Event): void => {
    event?.preventDefault();
    this.#check?.leave();
    this.#arrive({ at: "before" });
  };

  #changed(before: Shown, after: Shown): void {
    this.shown = after;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    if (after.cue && after.cue.n !== before.cue?.n) navigator.vibrate?.(60);
    else if (after.seen > before.seen) navigator.vibrate?.([30, 60, 30]);
  }

  #putAway(): void {
    this.#check = undefined;
    closeCamera(this.#stream);
    this.#stream = undefined;
    this.#dialog?.close();
    this.ready = false;
    asleep();
  }

  #arrive(place: Place): void {
    this.#putAway();
    this.place = place;
    this.now = Date.now();
    const { verification } = this;
    if (place.at === "done") {
      if (!place.sandbox) this.#tell("menshen-live-done", { verification, sandbox: false });
    } else if (place.at !== "before") {
      const reasons = "reasons" in place ? place.reasons : [];
      this.#tell("menshen-live-over", { verification, code: codeOf(place), reasons, retry_at: place.at === "wait" ? place.until : undefined });
    }
  }

  #leave = (way: Offer | "moved_on"): void => this.#tell("menshen-live-left", { verification: this.verification, way });

  #tell<Name extends keyof LiveEvents>(name: Name, detail: LiveEvents[Name]["detail"]): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  override updated(): void {
    const heading = this.renderRoot.querySelector<HTMLElement>(".live h2");
    if (!heading) {
      // What comes after the check is new, also where it looks as before.
      if (this.texts) this.#said = this.place.at;
      return;
    }
    const other = this.#said !== "" && this.#said !== this.place.at;
    this.#said = this.place.at;
    if (other || this.#focus) heading.focus();
    this.#focus = false;
  }

  override render() {
    const { texts, place, shown } = this;
    if (!texts) return nothing;
    const view = {
      texts, place, wanted: this.wanted, now: this.now,
      offers: this.offers.split(/\s+/).filter(Boolean) as Offer[],
      choose: (wanted: Partial<Wanted>) => (this.wanted = { ...this.wanted, ...wanted }),
      begin: () => void this.#begin(),
      go: (to: Place) => (this.place = to),
      leave: this.#leave,
      finish: () => this.#tell("menshen-live-done", { verification: this.verification, sandbox: true }),
    };
    const look = shown.colour ? `lit ${shown.colour}` : shown.cue ? "asked" : "";
    const left = shown.ends === undefined ? undefined : shown.ends - performance.now();
    return html`<div class="live" part="live" lang=${texts.lang}>${screen(view)}</div>
      ${place.at === "running"
        ? html`<dialog class=${look} lang=${texts.lang} aria-labelledby="title" @cancel=${this.#stop} @close=${() => this.#check && this.#stop()}>
            <h2 id="title" tabindex="-1" autofocus>${texts.t("liveness.running")}</h2>
            ${stage({ shown, texts, network: this.network, ready: this.ready, left, onStop: this.#stop })}
          </dialog>`
        : nothing}`;
  }
}

let lock: WakeLockSentinel | undefined;

/** Keeps the screen bright for as long as a check runs, where the browser can. */
async function awake(): Promise<void> {
  try {
    lock = await navigator.wakeLock?.request("screen");
  } catch {
    // A screen that dims costs light, and the check says so.
  }
}

function asleep(): void {
  void lock?.release();
  lock = undefined;
}

declare global {
  interface HTMLElementTagNameMap {
    "menshen-live": MenshenLive;
  }
}
