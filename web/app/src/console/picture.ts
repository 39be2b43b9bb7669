import { html, nothing, svg, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Area, Region } from "./regions";
import { t } from "./texts";
import { View } from "./view";

/** How a picture is looked at: its point in the middle, how near, and how far turned. */
interface Look {
  x: number;
  y: number;
  near: number;
  turn: number;
}
/** Which regions are drawn on the picture. */
const LAYERS = ["none", "found", "all"] as const;
const NEAREST = 16;
/** How much nearer one step comes. */
const STEP = 1.3;

/**
 * A picture that is zoomed by wheel, buttons and keys, panned by dragging and arrows, turned by quarters, with the regions of
 * what was found drawn over it. Everything is in the pixels that the service measured in.
 */
@customElement("menshen-picture")
export class Picture extends View {
  /** Where the bytes are: a blob of this page. */
  @property() src = "";
  @property() label = "";
  /** Width and height that regions refer to. */
  @property({ attribute: false }) size: [number, number] = [1, 1];
  /** Takes the picture's own size, where the service has not measured it. */
  @property({ type: Boolean }) natural = false;
  @property({ attribute: false }) regions: Region[] = [];
  /** The part to begin with, such as the portrait. */
  @property({ attribute: false }) focus_area: Area | undefined;
  /** Room around that part, in parts of its size. */
  @property({ type: Number }) margin = 0.03;
  /** A region that is pointed at elsewhere. */
  @property({ attribute: false }) mark: Area | undefined;
  @state() private look: Look = { x: 0, y: 0, near: 1, turn: 0 };
  @state() private layer: (typeof LAYERS)[number] = "found";
  private grips = new Map<number, { x: number; y: number }>();

  override willUpdate(changed: PropertyValues): void {
    if (this.natural && changed.has("src") && this.src) void this.measure();
    if (changed.has("src") || changed.has("size") || changed.has("focus_area")) this.begin(this.focus_area);
  }

  private async measure(): Promise<void> {
    const image = new Image();
    image.src = this.src;
    await image.decode().catch(() => undefined);
    if (image.naturalWidth > 0) this.size = [image.naturalWidth, image.naturalHeight];
  }

  /** Width and height as they stand after turning. */
  private get box(): [number, number] {
    const [width, height] = this.size;
    return this.look.turn % 180 === 0 ? [width, height] : [height, width];
  }

  /** Shows the part to begin with; where that is shown already, everything. */
  private whole(): void {
    const before = this.look;
    this.begin(this.focus_area);
    if (this.focus_area && before.x === this.look.x && before.y === this.look.y && before.near === this.look.near) this.begin(undefined);
  }

  private begin(area: Area | undefined): void {
    const [width, height] = this.size;
    if (!area) this.look = { x: width / 2, y: height / 2, near: 1, turn: 0 };
    else {
      const near = Math.min(width / area.width, height / area.height) / (1 + 2 * this.margin);
      this.look = { x: area.x + area.width / 2, y: area.y + area.height / 2, near: Math.max(1, near), turn: 0 };
    }
  }

  private zoom(by: number, at?: { x: number; y: number }): void {
    const { near } = this.look;
    const next = Math.min(NEAREST, Math.max(1, near * by));
    const [width, height] = this.box;
    // What is under the pointer stays under it.
    const fixed = at ?? { x: width / 2, y: height / 2 };
    const [dx, dy] = this.unturned((fixed.x - width / 2) * (1 / near - 1 / next), (fixed.y - height / 2) * (1 / near - 1 / next));
    this.place({ ...this.look, near: next, x: this.look.x + dx, y: this.look.y + dy });
  }

  /** Moves by pixels of the turned box. */
  private pan(dx: number, dy: number): void {
    const [x, y] = this.unturned(dx / this.look.near, dy / this.look.near);
    this.place({ ...this.look, x: this.look.x + x, y: this.look.y + y });
  }

  private unturned(x: number, y: number): [number, number] {
    switch (this.look.turn) {
      case 90:
        return [y, -x];
      case 180:
        return [-x, -y];
      case 270:
        return [-y, x];
      default:
        return [x, y];
    }
  }

  private place(look: Look): void {
    const [width, height] = this.size;
    this.look = { ...look, x: Math.min(width, Math.max(0, look.x)), y: Math.min(height, Math.max(0, look.y)) };
  }

  private turn(): void {
    this.look = { ...this.look, turn: (this.look.turn + 90) % 360 };
  }

  private layers(): void {
    this.layer = LAYERS[(LAYERS.indexOf(this.layer) + 1) % LAYERS.length] ?? "none";
  }

  /** A point of the screen in pixels of the turned box. */
  private point(event: MouseEvent): { x: number; y: number } {
    const matrix = this.querySelector("svg")?.getScreenCTM();
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix?.inverse());
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? STEP : 1 / STEP, this.point(event));
  }

  private grip(event: PointerEvent): void {
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.grips.set(event.pointerId, this.point(event));
  }

  private drag(event: PointerEvent): void {
    const before = this.grips.get(event.pointerId);
    if (!before) return;
    const now = this.point(event);
    const other = [...this.grips].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const apart = (a: { x: number; y: number }) => Math.hypot(a.x - other.x, a.y - other.y);
      this.zoom(apart(now) / Math.max(1, apart(before)), other);
    } else this.pan(before.x - now.x, before.y - now.y);
    this.grips.set(event.pointerId, now);
  }

  private release(event: PointerEvent): void {
    this.grips.delete(event.pointerId);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [width, height] = this.box;
    const deeds: Record<string, () => void> = {
      "+": () => this.zoom(STEP), "=": () => this.zoom(STEP), "-": () => this.zoom(1 / STEP), "0": () => this.whole(),
      r: () => this.turn(), o: () => this.layers(),
      ArrowLeft: () => this.pan(-width / 10, 0), ArrowRight: () => this.pan(width / 10, 0),
      ArrowUp: () => this.pan(0, -height / 10), ArrowDown: () => this.pan(0, height / 10),
    };
    const deed = deeds[event.key];
    if (!deed) return;
    event.preventDefault();
    event.stopPropagation();
    deed();
  }

  override render(): TemplateResult {
    const [width, height] = this.size;
    const [across, down] = this.box;
    const { x, y, near, turn } = this.look;
    const moved = `translate(${across / 2} ${down / 2}) rotate(${turn}) scale(${near}) translate(${-x} ${-y})`;
    const drawn = this.regions.filter((region) => this.layer === "all" || (this.layer === "found" && region.layer === "found"));
    return html`<figure>
      <figcaption><span>${this.label}</span><span class="grow"></span>${this.tools()}</figcaption>
      <div class="glass" tabindex="0" role="group" aria-label=${t("picture.label", { name: this.label })} @keydown=${this.key} @wheel=${this.wheel}
        @pointerdown=${this.grip} @pointermove=${this.drag} @pointerup=${this.release} @pointercancel=${this.release}>
        <svg viewBox="0 0 ${across} ${down}" role="img" aria-label=${this.label} preserveAspectRatio="xMidYMid meet">
          <g transform=${moved}>
            <image href=${this.src} width=${width} height=${height} preserveAspectRatio="none"></image>
            ${drawn.map(shape)}
            ${this.mark ? shape({ layer: "found", kind: "mark", area: this.mark, label: "" }) : nothing}
          </g>
        </svg>
      </div>
    </figure>`;
  }

  private tools(): TemplateResult {
    const tool = (key: string, text: string, name: string, deed: () => void, pressed?: string) =>
      html`<button class="tool" aria-label=${/^\p{L}/u.test(text) ? `${text}${t("comma")}${name} (${this.label})` : `${name} (${this.label})`} title="${name} (${key})" aria-pressed=${pressed ?? nothing} @click=${deed}>${text}</button>`;
    const found = this.regions.length > 0;
    return html`${tool("−", "−", t("picture.farther"), () => this.zoom(1 / STEP))}${tool("+", "+", t("picture.nearer"), () => this.zoom(STEP))}
      ${tool("0", t("picture.fit"), t("picture.whole"), () => this.whole())}${tool("r", "↻", t("picture.turn"), () => this.turn())}
      ${found ? html`<button class="tool wide" title="${t("picture.layers")} (o)" aria-label=${`${t(`layer.${this.layer}`)}${t("comma")}${t("picture.layers")} (${this.label})`} @click=${() => this.layers()}>${t(`layer.${this.layer}`)}</button>` : nothing}`;
  }
}

function shape({ kind, area, corners, label }: Region): TemplateResult {
  const title = label ? svg`<title>${label}</title>` : nothing;
  if (corners) {
    return svg`<polygon class="region ${kind}" points=${corners.map((corner) => `${corner.x},${corner.y}`).join(" ")}>${title}</polygon>`;
  }
  return svg`<rect class="region ${kind}" x=${area.x} y=${area.y} width=${area.width} height=${area.height}>${title}</rect>`;
}
