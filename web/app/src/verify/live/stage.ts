import { html, nothing, svg } from "lit";
import type { TemplateResult } from "lit";
import type { Network } from "../../shared/service.js";
import type { VerifyTexts } from "../texts.js";
import { drawCue, EDGES } from "./drawings.js";
import type { Shown } from "./said.js";

/** What the stage is made of. */
export interface Scene {
  shown: Shown;
  texts: VerifyTexts;
  network: Network;
  /** The camera's picture is there. */
  ready: boolean;
  /** Milliseconds that are left; nothing before the check is open. */
  left: number | undefined;
  onStop: () => void;
}

const TICK = svg`<svg viewBox="0 0 24 24" width="24" height="24" focusable="false"><path d="M4 13l5 5L20 6"/></svg>`;
const ARROW = svg`<svg viewBox="0 0 48 48" width="48" height="48" focusable="false"><path d="M14 6l20 18-20 18"/></svg>`;

/** Returns what stands in the window while a check runs: the picture, one thing to do, or one colour and nothing else. */
export function stage(scene: Scene): TemplateResult {
  const { shown, texts, left, onStop } = scene;
  const edge = shown.cue ? EDGES[shown.cue.cue] : undefined;
  const percent = left === undefined ? 1 : Math.max(0, left / shown.life);
  return html`
    <div class="top">
      <div class="time">
        <span class="bar" aria-hidden="true"><progress max="1" .value=${percent}></progress></span>
        ${left === undefined ? nothing : html`<span role="timer" aria-label=${texts.t("liveness.left", { time: clock(left) })}>${clock(left)}</span>`}
      </div>
      <button type="button" class="stop" @click=${onStop}>${texts.t("liveness.stop")}</button>
    </div>
    <div class="mirror">
      <video playsinline muted aria-label=${texts.t("liveness.picture")}></video>
      <div class="oval" aria-hidden="true"></div>
      ${edge ? html`<div class="arrow ${edge}" aria-hidden="true">${ARROW}</div>` : nothing}
    </div>
    <div class="words">
      <div class="what" role="status" aria-live="polite">${words(scene)}</div>
      <p class="ticks">${shown.seen > 0 ? html`<span class="marks" aria-hidden="true">${Array.from({ length: shown.seen }, () => TICK)}</span><span class="small">${texts.n("liveness.seen", shown.seen)}</span>` : nothing}</p>
    </div>
  `;
}

/** Returns the one thing that is said now. */
function words({ shown, texts, network, ready }: Scene) {
  const { t, of } = texts;
  const { stage, cue, colour, hint, announced, seen } = shown;
  if (!ready) return html`<p class="cue">${t("camera.opening")}</p>`;
  if (stage === "opening" || stage === "connecting") {
    return html`<p class="cue">${t("liveness.connecting")}</p>${network === "good" ? nothing : html`<p class="hint">${t(`network.${network}`)}</p>`}`;
  }
  if (stage === "broken") return html`<p class="cue">${t("liveness.broken")}</p>`;
  if (stage === "judging") return html`<p class="cue">${t("liveness.judging")}</p>`;
  if (colour) return html`<p class="cue">${t("liveness.lit")}</p>`;
  const help = hint ? html`<p class="hint">${of(hint)}</p>` : nothing;
  if (cue) return html`<span class="drawing" aria-hidden="true">${drawCue(cue.cue) ?? nothing}</span><p class="cue">${of(cue.text)}</p>${help}`;
  if (announced) return html`<p class="cue">${of(announced)}</p>${help}`;
  if (hint) return html`<p class="cue">${of(hint)}</p>`;
  return html`<p class="cue">${t(seen > 0 ? "liveness.good" : "liveness.ready")}</p>`;
}

const clock = (left: number): string => {
  const seconds = Math.max(0, Math.ceil(left / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
};
