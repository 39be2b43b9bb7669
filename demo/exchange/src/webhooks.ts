import { verifyWebhook, WebhookError } from "@menshen/client";
import type { Doubt, WebhookEvent, WebhookHeaders } from "@menshen/client";

/** Most events and refusals that are kept to be shown. */
const MOST = 500;

/** Deliveries as they came: those that were believed, once each, and why others were not. */
export class Inbox {
  readonly #known = new Map<string, { event: WebhookEvent; at: Date; times: number }>();
  readonly #refused: { why: Doubt; at: Date }[] = [];

  constructor(readonly secret: string) {}

  /** Takes a delivery; tells whether it is believed. One that comes again has no effect but to be counted. */
  async take(headers: WebhookHeaders, body: Uint8Array): Promise<boolean> {
    try {
      const event = await verifyWebhook(this.secret, headers, body);
      const known = this.#known.get(event.id);
      if (known !== undefined) known.times += 1;
      else this.#known.set(event.id, { event, at: new Date(), times: 1 });
      const [oldest] = this.#known.keys();
      if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
      return true;
    } catch (error) {
      if (!(error instanceof WebhookError)) throw error;
      this.#refused.unshift({ why: error.code, at: new Date() });
      this.#refused.splice(MOST);
      return false;
    }
  }

  /** Returns the events about an applicant, newest first. */
  about(applicant: string) {
    return [...this.#known.values()].filter(({ event }) => event.data["applicant"] === applicant).reverse();
  }

  /** Returns what was refused, newest first. Whom it was about nobody knows: it is not believed. */
  get refused(): readonly { why: Doubt; at: Date }[] {
    return this.#refused;
  }
}
