import { LitElement } from "lit";
import { state } from "lit/decorators.js";
import { onLanguage } from "./language.js";

/** A part of a page of our own: rendered without a shadow, so that one sheet and one tree of labels serve all. */
export abstract class Part extends LitElement {
  /** What the last deed was refused with. */
  @state() protected problem: unknown;
  /** Is a deed under way? */
  @state() protected busy = false;
  private ending: (() => void) | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.ending = onLanguage(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    this.ending?.();
    super.disconnectedCallback();
  }

  /** Does something, and keeps what it was refused with, for `refusal`. Returns whether it was done. */
  protected async attempt(deed: () => Promise<void>): Promise<boolean> {
    this.busy = true;
    try {
      await deed();
      this.problem = undefined;
      return true;
    } catch (error) {
      this.problem = error;
      return false;
    } finally {
      this.busy = false;
    }
  }
}

/** Says something once, for everybody: eyes and screen readers. */
export function say(text: string): void {
  window.dispatchEvent(new CustomEvent("menshen-say", { detail: text }));
}
