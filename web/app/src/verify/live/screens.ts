import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { drawn } from "../drawings.js";
import { troublePicture, troubleSteps } from "../screens/trouble.js";
import type { Trouble } from "../model.js";
import { inTheHand } from "../surroundings.js";
import type { VerifyTexts } from "../texts.js";
import { page, reasonList } from "../view.js";
import type { Action } from "../view.js";
import type { Wanted } from "./check.js";
import type { Offer } from "./events.js";
import type { Place } from "./place.js";

/** Everything that a screen of the check needs. */
export interface LiveView {
  texts: VerifyTexts;
  place: Place;
  wanted: Wanted;
  offers: readonly Offer[];
  /** The time now, for what is waited for. */
  now: number;
  choose: (wanted: Partial<Wanted>) => void;
  begin: () => void;
  go: (place: Place) => void;
  leave: (way: Offer | "moved_on") => void;
  /** The person has read that it is done. */
  finish: () => void;
}

/** Returns the screen of a place; nothing while a check runs. */
export function screen(view: LiveView): TemplateResult | typeof nothing {
  const { place } = view;
  switch (place.at) {
    case "before":
      return before(view);
    case "running":
      return nothing;
    case "done":
      return done(view, place.sandbox);
    case "again":
    case "expired":
      return failed(view, place);
    case "wait":
      return wait(view, place.until);
    case "trouble":
      return trouble(view, place.trouble);
    default:
      return stopped(view, place.at);
  }
}

const picture = (inside: TemplateResult) => html`<div class="picture" aria-hidden="true">${inside}</div>`;

function before(view: LiveView) {
  const { texts: { t }, wanted, choose } = view;
  const tick = (name: "photosensitive" | "accessible", checked: boolean, change: (on: boolean) => Partial<Wanted>) => html`<label class="tick">
      <input type="checkbox" name=${name} .checked=${checked} @change=${(event: Event) => choose(change((event.target as HTMLInputElement).checked))} />
      <span><strong>${t(`liveness.${name}.title`)}</strong><br />${t(`liveness.${name}.text`)}</span>
    </label>`;
  const slow = wanted.mode === "accessible";
  return page({
    heading: t("liveness.heading"),
    lead: t("liveness.lead"),
    body: html`<ul class="tips">${([1, 2, 3] as const).map((n) => html`<li>${t(`prepare.selfie.tip${n}`)}</li>`)}</ul>
      ${slow || wanted.photosensitive ? html`<p class="note">${t("liveness.dark")}</p>` : html`<p class="note"><strong>${t("liveness.flash.title")}</strong><br />${t("liveness.flash.text")}</p>`}
      ${tick("photosensitive", wanted.photosensitive || slow, (photosensitive) => ({ photosensitive, ...(photosensitive ? {} : { mode: "usual" }) }))}
      ${tick("accessible", slow, (on) => ({ mode: on ? "accessible" : "usual" }))}`,
    primary: { label: t("liveness.begin"), act: view.begin },
    others: ways(view),
  });
}

/** What else can be done, as far as the page around the check can do it. */
function ways(view: LiveView, first: readonly Offer[] = []): (Action | undefined)[] {
  const { texts: { t }, offers, leave } = view;
  const all: Readonly<Record<Offer, Action | undefined>> = {
    without_face: { label: t("liveness.without"), act: () => leave("without_face") },
    other_way: { label: t("liveness.other_way"), act: () => leave("other_way") },
    other_device: inTheHand() ? undefined : { label: t("handover.offer"), act: () => leave("other_device") },
    support: { label: t("support.ask"), act: () => leave("support") },
  };
  const usual: readonly Offer[] = ["other_device", "other_way", "without_face"];
  return [...first, ...usual.filter((one) => !first.includes(one))].filter((one) => offers.includes(one)).map((one) => all[one]);
}

function done({ texts: { t }, finish }: LiveView, sandbox: boolean) {
  return page({
    heading: t("liveness.done.heading"),
    lead: t(sandbox ? "liveness.done.sandbox" : "liveness.done.lead"),
    body: picture(drawn("done")),
    primary: sandbox ? { label: t("next"), act: finish } : undefined,
  });
}

function failed(view: LiveView, { at, reasons }: Extract<Place, { at: "again" | "expired" }>) {
  const { texts } = view;
  const { t } = texts;
  const slow = view.wanted.mode === "accessible";
  return page({
    heading: t(`liveness.${at}.heading`),
    lead: t(`liveness.${at}.lead`),
    body: html`${reasons.length > 0 ? reasonList(reasons, texts) : picture(drawn(at === "expired" ? "clock" : "pose"))}
      ${slow ? nothing : html`<p class="small">${t("liveness.slower")}</p>`}`,
    primary: { label: t("liveness.retry"), act: view.begin },
    others: [{ label: t("liveness.choices"), act: () => view.go({ at: "before" }) }, ...ways(view), ...ways({ ...view, offers: view.offers.filter((one) => one === "support") }, ["support"])],
  });
}

function wait(view: LiveView, until: string) {
  const { texts, now } = view;
  const { t, n } = texts;
  const left = Math.max(0, Math.ceil((Date.parse(until) - now) / 1000));
  return page({
    heading: t("liveness.wait.heading"),
    lead: t("liveness.wait.lead"),
    body: html`${picture(drawn("clock"))}<p class="countdown" role="timer">${left > 0 ? n("liveness.wait.left", left) : t("liveness.wait.over")}</p>`,
    primary: { label: t("liveness.retry"), act: view.begin, disabled: left > 0 },
    others: ways(view, ["support"]),
  });
}

function stopped(view: LiveView, at: "used_up" | "consent" | "not_now" | "busy") {
  const { texts: { t }, leave, begin } = view;
  const on: Action = { label: t("next"), act: () => leave("moved_on") };
  const primary = at === "busy" ? { label: t("liveness.retry"), act: begin } : at === "used_up" ? undefined : on;
  return page({
    heading: t(`liveness.${at}.heading`),
    lead: t(`liveness.${at}.lead`),
    body: picture(drawn(at === "busy" ? "clock" : at === "used_up" ? "person" : "sheet")),
    primary,
    others: at === "not_now" ? [] : ways(view, at === "used_up" ? ["without_face", "support"] : ["support"]),
  });
}

function trouble(view: LiveView, { ...what }: Trouble) {
  const { texts, begin } = view;
  const { t } = texts;
  const again: Action = { label: t("trouble.again"), act: begin };
  const code = what.kind === "failed" ? html`<p class="small">${t("trouble.code", { code: what.code })}</p>` : nothing;
  const lead = what.kind === "later" ? t("trouble.later.lead", { when: texts.moment(what.at) }) : what.kind === "camera_absent" ? t("liveness.camera_absent") : t(`trouble.${what.kind}.lead`);
  const reload: Action = { label: t("trouble.outdated.reload"), act: () => location.reload() };
  return page({
    heading: t(`trouble.${what.kind}.heading`),
    lead,
    body: html`${picture(troublePicture(what))} ${troubleSteps(texts, what)} ${code}`,
    primary: what.kind === "outdated" ? reload : what.kind === "not_found" ? undefined : again,
    others: what.kind === "token_expired" ? [] : ways(view, what.kind === "failed" ? ["support"] : []),
  });
}

