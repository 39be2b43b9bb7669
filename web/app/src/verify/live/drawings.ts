import { svg } from "lit";
import type { TemplateResult } from "lit";
import type { Cue } from "./said.js";

// As the mirrored picture shows the person: whoever turns to their own right turns to the right edge of the screen.
const face = (inside: TemplateResult<2>): TemplateResult<2> =>
  svg`<svg viewBox="0 0 96 72" width="96" height="72" focusable="false"><path d="M48 8c13 0 19 10 19 23 0 14-8 32-19 32S29 45 29 31c0-13 6-23 19-23z"/>${inside}</svg>`;

const EYES = svg`<path d="M40 32v2M56 32v2"/>`;
const MOUTH = svg`<path d="M42 49c4 3 8 3 12 0"/>`;
const rightwards = svg`<path d="M48 32v2M60 32v2M52 49c3 2 6 2 9 0"/><path class="a" d="M72 16c8 6 10 20 4 30m9-8-9 8-4-11"/>`;
const leftwards = svg`<path d="M36 32v2M48 32v2M35 49c3 2 6 2 9 0"/><path class="a" d="M24 16c-8 6-10 20-4 30m-9-8 9 8 4-11"/>`;

const CUES: Readonly<Record<Cue, TemplateResult<2>>> = {
  turn_left: face(rightwards),
  turn_right: face(leftwards),
  nod: face(svg`<path d="M40 38v2M56 38v2"/><path d="M42 53c4 2 8 2 12 0"/><path class="a" d="M80 20v32m-6-7 6 7 6-7M74 27l6-7 6 7"/>`),
  blink: face(svg`<path class="a" d="M36 33c3 3 7 3 9 0M51 33c3 3 7 3 9 0"/>${MOUTH}`),
  mouth_open: face(svg`${EYES}<ellipse class="a" cx="48" cy="50" rx="6" ry="8"/>`),
  come_closer: face(svg`${EYES}${MOUTH}<path class="a" d="M22 14 8 4m0 9V4h9M74 14 88 4m0 9V4h-9M22 58 8 68m0-9v9h9M74 58l14 10m0-9v9h-9"/>`),
};

/** Returns the drawing of a cue. */
export const drawCue = (cue: Cue): TemplateResult | undefined => CUES[cue];

/** At which edge of the mirrored picture a cue's arrow stands. */
export const EDGES: Readonly<Partial<Record<Cue, "right" | "left" | "down">>> = { turn_left: "right", turn_right: "left", nod: "down" };
