import { html, nothing, type TemplateResult } from "lit";
import { number, t, word } from "./texts";

/** A live check as it was measured; what is missing was not measured. */
export interface Liveness {
  frames: number;
  one_face: number;
  continuity?: number | null;
  spoof?: number | null;
  frozen: number;
  repeated: number;
  signs?: Signs | null;
  live?: Session | null;
}

interface Signs {
  light?: { response: number; chance: number; face_gain: number; background_gain: number; lag: number } | null;
  relief?: { residual: number; turn: number } | null;
  cuts: number;
  grain?: number | null;
  noise?: number | null;
  moire?: number | null;
  border?: number | null;
  bands?: number | null;
  flicker?: number | null;
}

interface Session {
  mode: string;
  bits: number;
  cues: { cue: string; shown_ms: number; began_ms?: number | null }[];
  cues_left: number;
  colours: number;
  no_light?: string | null;
  stopped?: { kind: string } | null;
  replayed: number;
  timing: { frames: number; lost: number; rate: number; bent: number; claimed_jitter_ms: number; reconnects: number };
  source: { virtual_camera: boolean; unnamed: boolean; contradictory: boolean };
}

/** What was asked for and when it was answered, and every sign with its figure. Nothing where there was no live check. */
export function livePart(liveness: Liveness | null | undefined): TemplateResult | typeof nothing {
  if (!liveness) return nothing;
  const { live } = liveness;
  return html`<section class="live"><h2>${t("live.title")}</h2>
    ${live ? sessionPart(live) : html`<p class="quiet">${t("live.unasked")}</p>`}
    <dl class="facts">${signs(liveness).map(([name, value]) => html`<dt>${t(`live.${name}`)}</dt><dd>${value}</dd>`)}</dl></section>`;
}

function sessionPart(live: Session): TemplateResult {
  return html`<ol class="course">${live.cues.map(({ cue, shown_ms, began_ms }) => html`<li><span>${word("cue", cue)}</span>
      <span class="quiet">${typeof began_ms === "number" ? t("live.answered", { after: number((began_ms - shown_ms) / 1000, 1) }) : t("live.unanswered")}</span></li>`)}</ol>
    ${live.stopped ? html`<p class="late">${word("stopped", live.stopped.kind)}</p>` : nothing}
    <p class="quiet">${live.no_light ? word("no_light", live.no_light) : t("live.colours", { n: live.colours })}
      ${t("live.frames", { n: live.timing.frames, rate: number(live.timing.rate, 1), lost: live.timing.lost })}
      ${live.mode === "accessible" ? t("live.accessible") : nothing}</p>
    ${live.source.virtual_camera || live.source.contradictory ? html`<p class="late">${t("live.source")}</p>` : nothing}`;
}

type Sign = "light" | "gain" | "depth" | "cuts" | "grain" | "noise" | "moire" | "border" | "bands" | "flicker" | "spoof" | "continuity" | "replayed" | "bent" | "jitter";

function signs({ signs: found, live, spoof, continuity }: Liveness): [name: Sign, value: string][] {
  const rows: [Sign, string | undefined][] = [
    ["continuity", figure(continuity)],
    ["light", found?.light ? `${number(found.light.response, 2)} / ${number(found.light.chance, 3)}` : undefined],
    ["gain", found?.light ? `${number(found.light.face_gain, 3)} / ${number(found.light.background_gain, 3)}` : undefined],
    ["depth", found?.relief ? `${number(found.relief.residual, 3)} / ${number(found.relief.turn, 0)}°` : undefined],
    ["cuts", found ? number(found.cuts, 0) : undefined],
    ["grain", figure(found?.grain)], ["noise", figure(found?.noise)], ["moire", figure(found?.moire)], ["border", figure(found?.border)],
    ["bands", figure(found?.bands)], ["flicker", figure(found?.flicker)], ["spoof", figure(spoof)],
    ["replayed", live ? number(live.replayed, 0) : undefined], ["bent", live ? number(live.timing.bent, 0) : undefined],
    ["jitter", live ? number(live.timing.claimed_jitter_ms, 1) : undefined],
  ];
  return rows.map(([name, value]) => [name, value ?? t("live.not_measured")]);
}

const figure = (value: number | null | undefined): string | undefined => (typeof value === "number" ? number(value, 3) : undefined);
