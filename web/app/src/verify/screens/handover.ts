import { html } from "lit";
import type { TemplateResult } from "lit";
import { unsafeSVG } from "lit/directives/unsafe-svg.js";
import qrcode from "qrcode-generator";
import { page } from "../view.js";
import type { View } from "../view.js";

/** Returns the screen with the code by which a phone goes on. This page follows what happens there. */
export function handoverScreen({ model, flow, link, texts: { t } }: View): TemplateResult {
  const steps = model.known?.captures.filter(({ usable }) => usable).length ?? 0;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      flow.set({ notice: t("handover.copied") });
    } catch {
      flow.set({ notice: t("handover.not_copied") });
    }
  };
  return page({
    heading: t("handover.heading"),
    lead: t("handover.lead"),
    body: html`<div class="code" role="img" aria-label=${t("handover.code")}>${unsafeSVG(codeOf(link))}</div>
      <p class="small">${t("handover.private")}</p>
      <p role="status" class="note">${steps === 0 ? t("handover.waiting") : t("handover.follows")}</p>`,
    primary: { label: t("handover.here"), act: () => flow.aside("none") },
    others: [{ label: t("handover.copy"), act: copy }],
  });
}

/** Returns a QR code as SVG: one path, so that it scales to any screen. */
function codeOf(text: string): string {
  const code = qrcode(0, "M");
  code.addData(text);
  code.make();
  const size = code.getModuleCount();
  let path = "";
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) if (code.isDark(row, column)) path += `M${column + 2},${row + 2}h1v1h-1z`;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size + 4} ${size + 4}"><path d="${path}"/></svg>`;
}
