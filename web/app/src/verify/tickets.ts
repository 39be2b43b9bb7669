import type { DiagnosticsIn } from "../schema.js";
import { body } from "../shared/service.js";
import { attachmentOf } from "./appeals.js";
import type { Flow } from "./flow.js";
import type { Asking } from "./model.js";

/** What a person asks support. */
export interface Question {
  kind: string;
  text: string;
  pictures: readonly Blob[];
  diagnostics: DiagnosticsIn | undefined;
}

/** Tickets of the person. */
export class Tickets {
  constructor(readonly flow: Flow) {}

  get #api() {
    return this.flow.service.api;
  }

  get #applicant() {
    return { path: { id: this.flow.model.known?.verification.applicant ?? "" } };
  }

  #set(change: Partial<Asking>): void {
    this.flow.set({ asking: { ...this.flow.model.asking, ...change } });
  }

  /** Reads the person's tickets. */
  read = (): Promise<void> =>
    this.flow.run(async () => {
      const { items } = await body(this.#api.GET("/v1/applicants/{id}/tickets", { params: this.#applicant }));
      this.#set({ tickets: items, writing: items.length === 0 });
    });

  /** Asks support. */
  ask = ({ kind, text, pictures, diagnostics }: Question): Promise<void> =>
    this.flow.run(async () => {
      const attachments: string[] = [];
      for (const picture of pictures) attachments.push(await attachmentOf(this.flow, picture));
      const about = { kind, text, attachments, verification: this.flow.verification, ...(diagnostics ? { diagnostics, diagnostics_consent: true } : {}) };
      const ticket = await body(this.#api.POST("/v1/applicants/{id}/tickets", { params: this.#applicant, body: about }));
      await this.#show(ticket.id);
    });

  /** Opens a ticket's thread. */
  open = (id: string): Promise<void> => this.flow.run(() => this.#show(id));

  /** Writes once more. */
  write = (id: string, text: string): Promise<void> =>
    this.flow.run(async () => {
      await body(this.#api.POST("/v1/tickets/{id}/messages", { params: { path: { id } }, body: { text } }));
      await this.#show(id);
    });

  /** Says that no answer is needed any more. */
  close = (id: string): Promise<void> =>
    this.flow.run(async () => {
      await body(this.#api.POST("/v1/tickets/{id}/close", { params: { path: { id } } }));
      await this.#show(id);
    });

  /** Goes back to the list, or begins a new ticket. */
  list = (writing: boolean): void => this.#set({ thread: undefined, writing });

  async #show(id: string): Promise<void> {
    const thread = await body(this.#api.GET("/v1/tickets/{id}", { params: { path: { id } } }));
    const { items } = await body(this.#api.GET("/v1/applicants/{id}/tickets", { params: this.#applicant }));
    this.#set({ thread, tickets: items, writing: false });
  }
}
