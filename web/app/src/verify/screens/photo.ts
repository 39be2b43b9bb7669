import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { cameraFault, fitting } from "../camera.js";
import { drawPart, drawingOf } from "../drawings.js";
import type { Part, Shot } from "../model.js";
import { inAppView, inTheHand } from "../surroundings.js";
import { fileButton, hasCamera, otherDevice, page, reasonList, takesFiles, withoutFace } from "../view.js";
import type { Action, View } from "../view.js";
import "../viewfinder.js";

/** Returns the screen before the camera opens: what will be photographed, and how it succeeds. */
export function prepareScreen(view: View, part: Part): TemplateResult {
  const { flow, texts, model } = view;
  const { t } = texts;
  const open = () => {
    const trouble = cameraFault();
    if (trouble) flow.set({ trouble });
    else flow.open(part);
  };
  // Why it is asked for once more: after a failure, or by a person who looked at it.
  const why = (model.known?.verification.reasons ?? []).filter(({ step }) => step === (part === "selfie" ? "selfie" : `document_${part}`));
  // An app's own view may take photos by its file picker, though it lends no camera.
  const inApp = !hasCamera() && inAppView() !== undefined;
  const filed = takesFiles(view, part);
  // At a desk the button leads to the screen that says what to do without a camera; so it does where no file is taken.
  const lends = hasCamera() || !inTheHand() || !filed;
  const kind = model.draft.document;
  const text = part === "back" && kind === "prc_id_card" ? "prepare.back.prc" : part === "front" && kind === "passport" ? "prepare.front.passport" : `prepare.${part}`;
  return page({
    heading: t(`prepare.${part}.heading`),
    lead: texts.has(text) ? t(text) : nothing,
    primary: lends ? { label: t("prepare.open"), act: open } : undefined,
    between: filed ? fileButton(t("prepare.file"), (file) => takeFile(view, part, file), lends ? "secondary" : "primary") : nothing,
    others: [inApp && !lends ? { label: t("prepare.browser"), act: open } : undefined, inTheHand() ? undefined : otherDevice(view), part === "selfie" ? withoutFace(view) : undefined],
    body: html`
      <div class="picture" aria-hidden="true">${drawPart(part, kind)}</div>
      ${reasonList(why, texts)}
      <ul class="tips">${([1, 2, 3] as const).map((n) => html`<li>${t(`prepare.${part === "selfie" ? "selfie" : "page"}.tip${n}`)}</li>`)}</ul>
    `,
  });
}

/** Takes a file instead of the camera's picture. */
export async function takeFile({ shots, largest }: View, part: Part, file: File): Promise<void> {
  await shots.take(part, await fitting(file, largest).catch(() => file));
}

/** Returns the screen with the camera's picture. */
export function cameraScreen(view: View, part: Part): TemplateResult {
  const { flow, shots, texts, eye } = view;
  const shot = (event: CustomEvent<Blob>) => void shots.take(part, event.detail);
  const trouble = (event: CustomEvent) => flow.set({ trouble: event.detail, camera: undefined });
  return page({
    heading: texts.t(`camera.${part}`),
    body: html`<menshen-viewfinder .shows=${part} .texts=${texts} .eye=${eye} @shot=${shot} @trouble=${trouble}></menshen-viewfinder>`,
    others: [{ label: texts.t("back"), act: () => flow.open(undefined) }],
  });
}

/** Returns the photo that was taken, and what is thought of it. */
export function reviewScreen(view: View, part: Part): TemplateResult {
  const { model, texts } = view;
  const { shot } = model;
  if (!shot) return html``;
  const { t } = texts;
  return page({
    heading: headingOf(shot, view),
    body: html`
      <img class="shot" part="shot" src=${shot.url} alt=${t(`review.alt.${part}`)} />
      ${progress(shot, view)} ${verdict(shot, view)}
    `,
    ...actionsOf(shot, view),
  });
}

function headingOf(shot: Shot, { texts: { t } }: View): string {
  if (shot.sending === "asking") return t("review.unsure");
  if (shot.sending === "stopped") return t("review.stopped");
  if (shot.sending !== "judged") return t("review.sending");
  return shot.capture?.usable ? t("review.good") : t("review.again");
}

function progress({ sending, sent }: Shot, { texts: { t, lang } }: View) {
  if (sending === "judged" || sending === "asking" || sending === "stopped") return nothing;
  const percent = new Intl.NumberFormat(lang, { style: "percent" }).format(sent);
  const text = sending === "looking" ? t("review.looking") : sending === "waiting" ? t("review.waiting") : sent < 1 ? t("review.sent", { percent }) : t("review.judging");
  return html`<div class="progress"><progress max="1" .value=${sent} aria-label=${t("review.sending")}></progress><p>${text}</p></div>`;
}

function verdict(shot: Shot, { texts }: View) {
  if (shot.capture) return reasonList(shot.capture.reasons, texts);
  if (typeof shot.refused === "object") return reasonList([shot.refused], texts);
  if (shot.refused !== undefined) return html`<p class="note">${texts.t("review.refused", { code: shot.refused })}</p>`;
  if (shot.sending !== "asking") return nothing;
  const faults = shot.seen?.reasons.filter(({ blocks }) => blocks) ?? [];
  return html`<ul class="reasons">${faults.map(({ code, why }) => {
    const key = `hint.${why ?? code}`;
    const text = texts.has(key) ? texts.t(key) : texts.t("hint.other");
    return html`<li class="fault"><span class="drawing" aria-hidden="true">${drawingOf(code, why)}</span><div><p>${text}</p></div></li>`;
  })}</ul>`;
}

function actionsOf(shot: Shot, view: View): { primary?: Action | undefined; others?: Action[] } {
  const { shots, texts: { t } } = view;
  const retake: Action = { label: t("review.retake"), act: () => shots.retake(hasCamera() ? "camera" : "prepare") };
  const instead: Action = { label: t("review.instead"), act: () => shots.retake("prepare") };
  if (shot.sending === "asking") return { primary: retake, others: [{ label: t("review.anyway"), act: shots.send }] };
  if (shot.sending === "stopped") return { primary: retake, others: [instead] };
  if (shot.sending !== "judged") return { others: [{ label: t("cancel"), act: () => shots.retake("prepare") }] };
  if (shot.capture?.usable) return { primary: { label: t("next"), act: shots.keep }, others: [retake] };
  return { primary: retake, others: [instead] };
}
