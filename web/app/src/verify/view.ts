import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import type { ReasonOut } from "../schema.js";
import type { Appeals } from "./appeals.js";
import { cameraFault } from "./camera.js";
import type { Accepted } from "./documents.js";
import { drawingOf } from "./drawings.js";
import type { Eye } from "./eye.js";
import type { Flow } from "./flow.js";
import type { Model, Part } from "./model.js";
import type { Filed } from "./session.js";
import type { Shots } from "./shots.js";
import type { VerifyTexts } from "./texts.js";
import type { Tickets } from "./tickets.js";

/** Everything that a screen needs. */
export interface View {
  model: Model;
  flow: Flow;
  shots: Shots;
  appeals: Appeals;
  tickets: Tickets;
  texts: VerifyTexts;
  /** The engine in the page, where it could be had. */
  eye: Eye | undefined;
  /** Which documents the service takes, where it tells. */
  accepted: Accepted | undefined;
  /** Of what files may be chosen; of nothing until the service has told. */
  files: readonly Filed[];
  /** The size of the largest photo, in bytes. */
  largest: number;
  /** The person's token. */
  token: string;
  /** The link by which another device goes on. */
  link: string;
  program: string;
}

/** A part of a screen. */
export type Piece = TemplateResult | string | typeof nothing;

/** What a screen offers to do. */
export interface Action {
  label: string;
  act: () => unknown;
  disabled?: boolean;
}

/** A screen as all of them are built: a heading that takes the focus, what it says, and one thing to do first. */
export interface Layout {
  heading: string;
  lead?: Piece;
  body?: Piece;
  primary?: Action | undefined;
  /** What stands between the first thing to do and the others: a file to choose. */
  between?: Piece;
  others?: readonly (Action | undefined)[];
}

/** Returns a screen. */
export function page({ heading, lead, body, primary, between, others = [] }: Layout): TemplateResult {
  const rest = others.filter((one) => one !== undefined);
  return html`
    <h2 part="heading" tabindex="-1">${heading}</h2>
    ${lead ? html`<p class="lead">${lead}</p>` : nothing}
    <div class="body">${body ?? nothing}</div>
    ${primary || between || rest.length > 0
      ? html`<div class="actions" part="actions">
          ${primary ? button("primary", primary) : nothing} ${between ?? nothing} ${rest.map((one) => button("secondary", one))}
        </div>`
      : nothing}
  `;
}

/** Returns a button. */
export const button = (kind: "primary" | "secondary" | "quiet", { label, act, disabled }: Action): TemplateResult =>
  html`<button type="button" class=${kind} part="button ${kind}" ?disabled=${disabled ?? false} @click=${act}>${label}</button>`;

/** Returns a list of reasons: what is wrong, what to do about it, and a picture of that. */
export function reasonList(reasons: readonly ReasonOut[], { of }: VerifyTexts): Piece {
  if (reasons.length === 0) return nothing;
  return html`<ul class="reasons" part="reasons">
    ${reasons.map(
      (reason) => html`<li class=${["again", "fix", "final"].includes(reason.end) ? "fault" : "hint"}>
        <span class="drawing" aria-hidden="true">${drawingOf(reason.code ?? "")}</span>
        <div><strong>${of(reason.title)}</strong><p>${of(reason.remedy)}</p></div>
      </li>`,
    )}
  </ul>`;
}

/** Returns a way to another device, where this one has no camera or is none that is held in the hand. */
export const otherDevice = ({ flow, texts }: View): Action => ({ label: texts.t("handover.offer"), act: () => flow.aside("handover") });

/** Returns the way without a face. */
export const withoutFace = ({ flow, texts }: View): Action => ({ label: texts.t("liveness.without"), act: () => flow.aside("faceless") });

/** Returns a button that takes a file instead of the camera's picture. */
export function fileButton(label: string, take: (file: File) => unknown, kind: "primary" | "secondary" = "secondary"): TemplateResult {
  const chosen = (event: Event) => {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    input.value = "";
    if (file) take(file);
  };
  // A label is no button to a keyboard; the input itself is, and lies over its own picture.
  return html`<span class="file ${kind}" part="button ${kind}">
    <span aria-hidden="true">${label}</span>
    <input type="file" accept="image/jpeg,image/png,image/webp" aria-label=${label} @change=${chosen} />
  </span>`;
}

/** May a file be chosen for a part? */
export const takesFiles = ({ files }: View, part: Part): boolean => files.includes(part === "selfie" ? "face" : "document");

/** May the camera be asked for here? */
export const hasCamera = (): boolean => cameraFault() === undefined;
