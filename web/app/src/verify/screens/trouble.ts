import { html, nothing } from "lit";
import type { TemplateResult } from "lit";
import { drawn } from "../drawings.js";
import type { Drawing } from "../drawings.js";
import { partOf } from "../model.js";
import type { Part, Trouble } from "../model.js";
import { inAppView, inTheHand, permissionAdvice } from "../surroundings.js";
import type { VerifyTexts } from "../texts.js";
import { fileButton, otherDevice, page, takesFiles } from "../view.js";
import type { Action, View } from "../view.js";
import { takeFile } from "./photo.js";

const PICTURES: Readonly<Record<Trouble["kind"], Drawing>> = {
  camera_denied: "camera",
  camera_absent: "camera",
  camera_busy: "camera",
  camera_insecure: "camera",
  in_app: "phone",
  token_expired: "clock",
  not_found: "none",
  unreachable: "network",
  outdated: "camera",
  later: "clock",
  failed: "stop",
};

/** Returns the picture of what stands in the way. */
export const troublePicture = ({ kind }: Trouble): TemplateResult => drawn(PICTURES[kind]);

/** Returns the steps that help against it, where it takes several. */
export function troubleSteps(texts: VerifyTexts, { kind }: Trouble): TemplateResult | typeof nothing {
  if (kind === "camera_denied") return steps(texts, `trouble.camera_denied.${permissionAdvice()}`);
  if (kind === "in_app") return steps(texts, `trouble.in_app.${inAppView() === "wechat" ? "wechat" : "other"}`);
  return nothing;
}

/** Returns a screen for what stands in the way, with a way on. */
export function troubleScreen(view: View, trouble: Trouble): TemplateResult {
  const { flow, texts } = view;
  const { t } = texts;
  const again: Action = { label: t("trouble.again"), act: flow.retry };
  const picture = html`<div class="picture" aria-hidden="true">${troublePicture(trouble)}</div>`;
  switch (trouble.kind) {
    case "camera_denied":
      return withoutCamera(view, trouble, html`${picture} ${troubleSteps(texts, trouble)}`, again);
    case "in_app":
      return withoutCamera(view, trouble, html`${picture} ${troubleSteps(texts, trouble)}`, again, copyLink(view));
    case "camera_absent":
    case "camera_busy":
    case "camera_insecure":
      return withoutCamera(view, trouble, picture, again);
    case "outdated":
      return page({
        heading: t("trouble.outdated.heading"),
        lead: trouble.reason ? texts.of(trouble.reason.remedy) : t("trouble.outdated.lead"),
        body: picture,
        primary: { label: t("trouble.outdated.reload"), act: () => location.reload() },
      });
    case "later":
      return page({
        heading: t("trouble.later.heading"),
        lead: t("trouble.later.lead", { when: texts.moment(trouble.at) }),
        body: picture,
        primary: again,
        others: [ask(view)],
      });
    case "failed":
      return page({
        heading: t("trouble.failed.heading"),
        lead: t("trouble.failed.lead"),
        body: html`${picture}<p class="small">${t("trouble.code", { code: trouble.code })}</p>`,
        primary: again,
        others: [ask(view)],
      });
    default:
      return page({
        heading: t(`trouble.${trouble.kind}.heading`),
        lead: t(`trouble.${trouble.kind}.lead`),
        body: picture,
        primary: trouble.kind === "not_found" ? undefined : again,
      });
  }
}

const ask = ({ flow, texts: { t } }: View): Action => ({
  label: t("support.ask"),
  act: () => {
    flow.set({ trouble: undefined });
    flow.aside("support");
  },
});

type Cameraless = "camera_denied" | "camera_absent" | "camera_busy" | "camera_insecure" | "in_app";

/** Without a camera there are three ways: allow it, another device, a file. `first` is what helps most, where it is another one. */
function withoutCamera(view: View, { kind }: { kind: Cameraless }, body: TemplateResult, again: Action, first?: Action) {
  const { t } = view.texts;
  const part = missingPart(view);
  const file = (photo: File) => {
    view.flow.set({ trouble: undefined });
    if (part) void takeFile(view, part, photo);
  };
  const other: Action = {
    ...otherDevice(view),
    act: () => {
      view.flow.set({ trouble: undefined });
      view.flow.aside("handover");
    },
  };
  const absent = kind === "camera_absent" || kind === "camera_insecure";
  const primary = first ?? (absent && !inTheHand() ? other : again);
  return page({
    heading: t(`trouble.${kind}.heading`),
    lead: t(`trouble.${kind}.lead`),
    body,
    primary,
    between: part && takesFiles(view, part) ? fileButton(t(part === "selfie" ? "prepare.file.selfie" : "prepare.file"), file) : nothing,
    others: [other, again].filter((one) => one !== primary),
  });
}

/** Returns the part that is to be photographed now. */
function missingPart({ model }: View): Part | undefined {
  const step = model.known?.verification.next[0]?.step;
  return step === undefined ? undefined : partOf(step);
}

type Stem = "trouble.camera_denied.ios" | "trouble.camera_denied.android" | "trouble.camera_denied.safari" | "trouble.camera_denied.firefox" | "trouble.camera_denied.chromium" | "trouble.in_app.wechat" | "trouble.in_app.other";

function steps({ t }: VerifyTexts, stem: Stem) {
  return html`<ol class="steps">${([1, 2, 3] as const).map((n) => html`<li>${t(`${stem}.${n}`)}</li>`)}</ol>`;
}

/** Copies the link, for another browser. */
const copyLink = ({ link, flow, texts: { t } }: View): Action => ({
  label: t("handover.copy"),
  act: async () => {
    try {
      await navigator.clipboard.writeText(link);
      flow.set({ notice: t("handover.copied") });
    } catch {
      flow.set({ notice: t("handover.not_copied") });
    }
  },
});
