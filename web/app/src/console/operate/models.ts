import { html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { CalibrationOut, ModelOut, ModelsOut } from "../../schema";
import { api, body } from "../api";
import { number, t, word } from "../texts";
import { View } from "../view";
import { det, percent, type DetCurve } from "./det";
import { grid } from "./grid";

/** The false match rate of a point by its name in a policy. */
const RATES: Record<string, number> = { fmr_1e2: 1e-2, fmr_1e3: 1e-3, fmr_1e4: 1e-4 };

/** The models that compare faces: how well they were measured, and what the policy makes of their scores. */
@customElement("menshen-models")
export class Models extends View {
  @state() private found: ModelsOut | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.attempt(async () => {
      this.found = await body(api.GET("/v1/models"));
    });
  }

  override render(): TemplateResult {
    const { found } = this;
    return html`<div class="page"><h1>${t("model.title")}</h1>${this.refusal()}${found ? this.whole(found) : nothing}</div>`;
  }

  private whole(found: ModelsOut): TemplateResult {
    if (found.models.length === 0) return html`<p class="notice">${t("model.none")}</p>`;
    const curves = found.models.map(curveOf).filter((curve) => curve !== undefined);
    const policy = { accept: RATES[found.accept] ?? 1e-4, review: RATES[found.review] ?? 1e-2 };
    return html`<p>${t("model.engine")} <code>${found.engine}</code></p>
      <section class="plot words"><h2>${t("model.meaning")}</h2><p>${t("model.fmr")}</p><p>${t("model.fnmr")}</p><p>${t("model.trade")}</p>
        <p>${t("model.policy", { accept: percent(policy.accept), review: percent(policy.review) })}</p><p><strong>${t(found.evaluation_approves ? "model.evaluation_approves" : "model.evaluation")}</strong></p></section>
      <section class="plot"><h2>${t("det.title")}</h2>${curves.length === 0 ? html`<p class="quiet">${t("det.none")}</p>` : html`${det(curves, policy)}<p class="quiet">${t("det.help")}</p>`}</section>
      ${found.models.map((model) => this.model(model, found))}`;
  }

  private model(model: ModelOut, { accept, review }: ModelsOut): TemplateResult {
    const { calibration } = model;
    return html`<section class="wide-plot"><h2>${model.name} ${model.in_use ? html`<span class="tag">${t("model.in_use")}</span>` : html`<span class="tag quiet">${t("model.idle")}</span>`}</h2>
      <dl class="facts"><dt>${t("model.role")}</dt><dd>${word("model_role", model.role)}</dd>
        <dt>${t("model.grade")}</dt><dd>${t(model.grade === "production" && calibration ? "grade.production" : "grade.evaluation")}${model.grade === "production" && !calibration ? html` <span class="late">${t("model.uncalibrated")}</span>` : nothing}</dd>
        <dt>${t("model.metric")}</dt><dd>${model.metric ? word("metric", model.metric) : "–"}</dd><dt>${t("model.mirror")}</dt><dd>${t(model.mirror ? "model.yes" : "model.no")}</dd>
        <dt>${t("model.output")}</dt><dd lang="en">${model.output}</dd></dl>
      ${calibration ? html`<p>${t("model.measured", { dataset: calibration.dataset, genuine: calibration.genuine_pairs, impostor: calibration.impostor_pairs })}</p>${points(model.name, calibration, accept, review)}` : html`<p class="quiet">${t("model.not_measured")}</p>`}</section>`;
  }
}

function points(name: string, { points, genuine_pairs }: CalibrationOut, accept: string, review: string): TemplateResult {
  const use = (point: string) => [point === accept ? t("model.accepts") : "", point === review ? t("model.reviews") : ""].filter(Boolean).join(t("comma")) || "–";
  const row = (point: (typeof points)[number]) => html`<tr><th scope="row"><code>${point.name}</code></th><td>${number(point.threshold, 4)}</td><td>${percent(point.fmr)}<br /><span class="quiet">${t("model.one_in", { n: Math.round(1 / point.fmr) })}</span></td>
    <td>${point.fnmr === undefined || point.fnmr === null ? t("model.unmeasured") : html`${percent(point.fnmr)}<br /><span class="quiet">${t("model.of_pairs", { n: Math.round(point.fnmr * genuine_pairs), all: genuine_pairs })}</span>`}</td><td>${use(point.name)}</td></tr>`;
  return grid(name, [t("model.point"), t("model.threshold"), t("det.fmr"), t("det.fnmr"), t("model.use")], points.map(row), "");
}

/** Returns what can be drawn of a model: the points of which both rates were measured. */
function curveOf(model: ModelOut): DetCurve | undefined {
  const points = model.calibration?.points.flatMap(({ name, fmr, fnmr }) => (typeof fnmr === "number" && fnmr > 0 ? [{ name, fmr, fnmr }] : [])) ?? [];
  return points.length > 0 ? { model: model.name, production: model.grade === "production", points } : undefined;
}
