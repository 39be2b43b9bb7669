import { html, LitElement, nothing, svg } from "lit";
import type { PropertyValues } from "lit";
import { cameraTrouble, closeCamera, openCamera, photograph } from "./camera.js";
import type { Eye, Point, Seen } from "./eye.js";
import type { Part, Trouble } from "./model.js";
import { Steadiness } from "./steady.js";
import { viewfinderStyles } from "./styles.js";
import type { VerifyTexts } from "./texts.js";

/** The shortest time between two looks at the picture, in milliseconds: twelve a second leave time for everything else. */
const LOOK_EVERY = 80;
/** How long a hint stands, in milliseconds: one that changes faster cannot be read, least of all aloud. */
const HINT_STANDS = 1_200;

/** The camera's picture with hints, a shutter, and one that goes off by itself when the picture is steady and good. */
export class Viewfinder extends LitElement {
  static override properties = { shows: {}, texts: { attribute: false }, eye: { attribute: false }, hint: { state: true }, seen: { state: true }, ready: { state: true } };
  static override styles = viewfinderStyles;

  declare shows: Part;
  declare texts: VerifyTexts;
  declare eye: Eye | undefined;
  declare hint: string;
  declare seen: Seen | undefined;
  declare ready: boolean;

  #stream: MediaStream | undefined;
  #looking = 0;
  #shot = false;
  #hintSince = 0;
  #steady = new Steadiness();

  constructor() {
    super();
    this.hint = "";
    this.ready = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#open();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#looking += 1;
    closeCamera(this.#stream);
    this.#stream = undefined;
  }

  async #open(): Promise<void> {
    await this.updateComplete;
    this.hint = this.texts.t("camera.opening");
    const turn = (this.#looking += 1);
    try {
      const stream = await openCamera(this.shows);
      if (turn !== this.#looking) return closeCamera(stream);
      this.#stream = stream;
      // Another program that takes the camera away ends the track.
      for (const track of stream.getTracks()) track.addEventListener("ended", () => this.#fail({ kind: "camera_busy" }));
      const video = this.#video;
      video.srcObject = stream;
      await video.play();
      this.ready = true;
      this.hint = this.texts.t(this.shows === "selfie" ? "camera.place.face" : "camera.place.page");
      this.style.setProperty("--shape", `${video.videoWidth} / ${video.videoHeight}`);
      await this.#look(turn);
    } catch (error) {
      if (turn === this.#looking) this.#fail(cameraTrouble(error));
    }
  }

  /** Looks at frames until the camera closes. */
  async #look(turn: number): Promise<void> {
    while (turn === this.#looking && this.eye && !this.#shot) {
      const begun = performance.now();
      try {
        const seen = await this.eye.frame(this.#video, this.shows);
        if (turn !== this.#looking) return;
        if (seen) this.#take(seen);
      } catch {
        // Without the engine the manual shutter and the service's verdict remain.
        this.seen = undefined;
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, LOOK_EVERY - (performance.now() - begun))));
    }
  }

  #take(seen: Seen): void {
    this.seen = seen;
    this.#tell(seen);
    if (this.#steady.settled(seen, performance.now())) void this.#shoot();
  }

  #tell(seen: Seen): void {
    const fault = seen.reasons.find(({ blocks }) => blocks);
    const key = fault ? `hint.${fault.why ?? fault.code}` : "hint.steady";
    const text = this.texts.has(key) ? this.texts.t(key) : this.texts.t("hint.other");
    const now = performance.now();
    if (text === this.hint || now - this.#hintSince < HINT_STANDS) return;
    this.#hintSince = now;
    this.hint = text;
  }

  #shoot = async (): Promise<void> => {
    if (this.#shot || !this.ready) return;
    this.#shot = true;
    const photo = await photograph(this.#video);
    this.dispatchEvent(new CustomEvent("shot", { detail: photo }));
  };

  #fail(trouble: Trouble): void {
    this.dispatchEvent(new CustomEvent("trouble", { detail: trouble }));
  }

  get #video(): HTMLVideoElement {
    return this.renderRoot.querySelector("video") as HTMLVideoElement;
  }

  /** The engine may come after the camera. */
  override updated(changed: PropertyValues<this>): void {
    if (changed.has("eye") && this.ready && this.eye) void this.#look((this.#looking += 1));
  }

  override render() {
    const face = this.shows === "selfie";
    const good = this.seen !== undefined && !this.seen.reasons.some(({ blocks }) => blocks);
    return html`
      <div class="finder ${face ? "face" : "page"} ${good ? "good" : ""}">
        <video playsinline muted aria-label=${this.texts.t(`camera.${this.shows}`)}></video>
        <svg class="guide" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          ${face ? nothing : this.#outline(this.seen?.outline ?? [])}
        </svg>
        <div class=${face ? "oval" : "frame"} aria-hidden="true"></div>
      </div>
      <p class="told" role="status" aria-live="polite">${this.hint}</p>
      <button type="button" class="shutter" ?disabled=${!this.ready} @click=${this.#shoot}>
        <span class="ring" aria-hidden="true"></span>${this.texts.t("camera.shoot")}
      </button>
    `;
  }

  #outline(points: readonly Point[]) {
    if (points.length < 3) return nothing;
    const path = points.map(([x, y]) => `${x * 100},${y * 100}`).join(" ");
    return svg`<polygon points=${path} vector-effect="non-scaling-stroke" />`;
  }
}

if (!customElements.get("menshen-viewfinder")) customElements.define("menshen-viewfinder", Viewfinder);
