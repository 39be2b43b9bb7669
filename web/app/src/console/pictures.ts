import { html, nothing, type TemplateResult } from "lit";
import type { CaseOut, EvidenceOut } from "../schema";
import { api, body } from "./api";
import type { Beside, Pointed } from "./compare";
import "./picture";
import { outline, regionsOf, sizeOf, type Area, type Measured } from "./regions";
import { t, word } from "./texts";
import { explain } from "./view";

/** Why a photo is looked at: the words that the audit log knows. */
export type Purpose = "read_fields" | "check_document" | "compare_faces" | "check_liveness" | "check_quality";
const PURPOSES: Purpose[] = ["check_document", "read_fields", "compare_faces", "check_liveness", "check_quality"];

interface Kept {
  src: string;
  /** Pixels as the picture is, where the service did not measure it. */
  size: [number, number];
  problem: unknown;
}

/** The photos of a case that was opened. Nothing is fetched before somebody says what for, and all is let go with the page. */
export class Pictures {
  /** What the caller looks at them for; nothing is shown before they have said it. */
  purpose: Purpose | undefined;
  private kept = new Map<string, Kept | "coming">();

  constructor(private changed: () => void) {}

  /** Says what for, which lets the photos in. */
  choose(purpose: Purpose): void {
    this.purpose = purpose;
    this.changed();
  }

  /** Returns a photo, and has it fetched where it is not here yet. */
  find(found: CaseOut, capture: string): Kept | undefined {
    const kept = this.kept.get(capture);
    if (kept === undefined && this.purpose) {
      this.kept.set(capture, "coming");
      void this.fetch(found.id, capture, this.purpose);
    }
    return kept === "coming" ? undefined : kept;
  }

  private async fetch(id: string, capture: string, purpose: Purpose): Promise<void> {
    const params = { path: { id, capture }, query: { purpose } };
    try {
      const bytes = await body(api.GET("/v1/review/cases/{id}/images/{capture}", { params, parseAs: "arrayBuffer" }));
      const blob = new Blob([bytes as unknown as ArrayBuffer], { type: "image/jpeg" });
      const bitmap = await createImageBitmap(blob);
      const size: [number, number] = [bitmap.width, bitmap.height];
      bitmap.close();
      // The case may have been left while the photo was on its way.
      if (this.kept.has(capture)) this.kept.set(capture, { src: URL.createObjectURL(blob), size, problem: undefined });
    } catch (problem) {
      this.kept.set(capture, { src: "", size: [1, 1], problem });
    }
    this.changed();
  }

  /** Lets everything go. */
  forget(): void {
    for (const kept of this.kept.values()) if (kept !== "coming" && kept.src) URL.revokeObjectURL(kept.src);
    this.kept.clear();
    this.purpose = undefined;
  }
}

/** Asks what the photos are looked at for: the audit log keeps it with each of them. */
export function purposePart(pictures: Pictures): TemplateResult {
  return html`<div class="purpose" role="group" aria-label=${t("purpose.title")}>
    <h2>${t("purpose.title")}</h2><p class="quiet">${t("purpose.help")}</p>
    <div class="choices">${PURPOSES.map((purpose) => html`<button @click=${() => pictures.choose(purpose)}>${t(`purpose.${purpose}`)}</button>`)}</div>
  </div>`;
}

/** How a photo is shown. */
interface Shown {
  size?: [number, number] | undefined;
  regions?: ReturnType<typeof regionsOf>;
  /** The part to begin with, and the room around it. */
  area?: Area | undefined;
  margin?: number;
  mark?: Area | undefined;
}

/** Shows one photo, or why there is none. */
export function picture(
  pictures: Pictures, found: CaseOut, photo: { id: string; image: boolean }, label: string,
  more: Shown = {},
): TemplateResult {
  if (!photo.image) return html`<figure class="absent"><figcaption>${label}</figcaption><p>${t("picture.none")}</p></figure>`;
  const kept = pictures.find(found, photo.id);
  if (!kept) return html`<figure class="absent"><figcaption>${label}</figcaption><p role="status">${t("loading")}</p></figure>`;
  if (kept.problem !== undefined) return html`<figure class="absent"><figcaption>${label}</figcaption><p role="alert">${explain(kept.problem)}</p></figure>`;
  return html`<menshen-picture .src=${kept.src} .label=${label} .size=${more.size ?? kept.size} .regions=${more.regions ?? []}
    .focus_area=${more.area} .margin=${more.margin ?? 0.03} .mark=${more.mark}></menshen-picture>`;
}

/** The photos of a case, side by side, the portrait beside the selfie. */
export function picturesPart(pictures: Pictures, found: CaseOut, evidence: EvidenceOut, pointed: Pointed | undefined): TemplateResult {
  if (evidence.photos.length === 0) return html`<p class="notice">${t("picture.no_photos")}</p>`;
  if (evidence.photos.every((photo) => !photo.image)) return html`<p class="notice">${t("picture.sandbox")}</p>`;
  if (!pictures.purpose) return purposePart(pictures);
  const measured = evidence.measured as Measured;
  const front = evidence.photos.find((photo) => photo.part === "front");
  const portrait = measured.front?.portrait?.box;
  const order = ["front", "back", "selfie"];
  const sorted = [...evidence.photos].sort((a, b) => order.indexOf(a.part) - order.indexOf(b.part));
  const shown = sorted.map((photo) => {
    const regions = regionsOf(photo.part, measured, evidence.reasons, evidence.beside as Beside[]);
    const mark = pointed && STEPS[photo.part] === pointed.step ? pointed.area : undefined;
    return html`${photo.part === "selfie" && front && portrait
        ? html`<div class="half">${picture(pictures, found, front, t("picture.portrait"), { size: sizeOf("front", measured), area: portrait, margin: 0.35 })}</div>`
        : nothing}
      <div class=${photo.part === "selfie" ? "half" : "whole"}>${picture(pictures, found, photo, word("part", photo.part), { size: sizeOf(photo.part, measured), regions, mark, area: outline(photo.part, measured) })}</div>`;
  });
  return html`<div class="pictures" role="group" aria-label=${t("picture.all")}>${shown}</div>`;
}

const STEPS: Record<string, string> = { front: "document_front", back: "document_back", selfie: "selfie" };
