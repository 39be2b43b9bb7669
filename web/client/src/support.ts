import { body, done } from "./answer.js";
import { own } from "./call.js";
import type { Api, Call, Creation } from "./call.js";
import type {
  AnswerIn, AttachmentOut, CheckIn, CheckOut, ContactMadeIn, ContactMadeOut, DiagnosisIn, DiagnosisOut, operations, PageOutTicketOut,
  PhraseIn, PhraseOut, ThreadOut, TicketIn, TicketMessageIn, TicketMessageOut, TicketOut,
} from "./schema.js";

type Which = NonNullable<operations["list_tickets"]["parameters"]["query"]>;
type Queue = NonNullable<operations["list_queue"]["parameters"]["query"]>;

/** Support: pictures, tickets, codes, the phrase; and the queue, for those who answer. */
export const support = (api: Api) => ({
  /** Takes a picture to be attached, JPEG, PNG or WebP, as a form. The same bytes twice are one. */
  createAttachment: (applicant: string, picture: Blob, call?: Creation): Promise<AttachmentOut> => {
    const form = new FormData();
    // Not the file's own name: people call their files by their names.
    form.append("file", picture, "picture");
    const params = { path: { id: applicant } };
    const sent = { body: { file: "" }, bodySerializer: () => form };
    return body(api.POST("/v1/applicants/{id}/attachments", { params, ...sent, ...own(call) }));
  },

  /** Asks support. */
  createTicket: (applicant: string, ticket: TicketIn, call?: Creation): Promise<TicketOut> =>
    body(api.POST("/v1/applicants/{id}/tickets", { params: { path: { id: applicant } }, body: ticket, ...own(call) })),

  /** Lists a person's tickets, newest first. */
  listTickets: (applicant: string, query: Which = {}, call?: Call): Promise<PageOutTicketOut> =>
    body(api.GET("/v1/applicants/{id}/tickets", { params: { path: { id: applicant }, query }, ...own(call) })),

  /** Returns a ticket with its thread. */
  getTicket: (id: string, call?: Call): Promise<ThreadOut> =>
    body(api.GET("/v1/tickets/{id}", { params: { path: { id } }, ...own(call) })),

  /** Writes once more. */
  addMessage: (ticket: string, message: TicketMessageIn, call?: Creation): Promise<TicketMessageOut> =>
    body(api.POST("/v1/tickets/{id}/messages", { params: { path: { id: ticket } }, body: message, ...own(call) })),

  /** Closes a ticket: the person needs no answer any more. */
  closeTicket: (id: string, call?: Creation): Promise<TicketOut> =>
    body(api.POST("/v1/tickets/{id}/close", { params: { path: { id } }, ...own(call) })),

  /** Returns a picture of a ticket. */
  getTicketAttachment: (ticket: string, attachment: string, call?: Call): Promise<ArrayBuffer> => {
    const params = { path: { id: ticket, attachment } };
    return body(api.GET("/v1/tickets/{id}/attachments/{attachment}", { params, parseAs: "arrayBuffer", ...own(call) }));
  },

  /** Tells what helps, in order: no attempt, and nothing is stored. */
  diagnose: (seen: DiagnosisIn, call?: Call): Promise<DiagnosisOut> =>
    body(api.POST("/v1/diagnosis", { body: seen, ...own(call) })),

  /** Tells whether a code is yours, for the person who was given it. */
  checkCode: (check: CheckIn, call?: Call): Promise<CheckOut> =>
    body(api.POST("/v1/official/check", { body: check, ...own(call) })),

  /** Returns a person's phrase. */
  getPhrase: (applicant: string, call?: Call): Promise<PhraseOut> =>
    body(api.GET("/v1/applicants/{id}/phrase", { params: { path: { id: applicant } }, ...own(call) })),

  /** Sets the phrase that stands at the head of every message to a person. */
  putPhrase: (applicant: string, phrase: PhraseIn, call?: Call): Promise<void> =>
    done(api.PUT("/v1/applicants/{id}/phrase", { params: { path: { id: applicant } }, body: phrase, ...own(call) })),

  /** Takes a person's phrase away. */
  deletePhrase: (applicant: string, call?: Call): Promise<void> =>
    done(api.DELETE("/v1/applicants/{id}/phrase", { params: { path: { id: applicant } }, ...own(call) })),

  /** Lists tickets, first what is due first. For staff. */
  listQueue: (query: Queue = {}, call?: Call): Promise<PageOutTicketOut> =>
    body(api.GET("/v1/support/tickets", { params: { query }, ...own(call) })),

  /** Opens a ticket, and from now on its pictures. For staff. */
  openTicket: (id: string, call?: Call): Promise<ThreadOut> =>
    body(api.GET("/v1/support/tickets/{id}", { params: { path: { id } }, ...own(call) })),

  /** Answers a ticket. For staff. */
  answerTicket: (id: string, answer: AnswerIn, call?: Creation): Promise<TicketMessageOut> =>
    body(api.POST("/v1/support/tickets/{id}/messages", { params: { path: { id } }, body: answer, ...own(call) })),

  /** Notes a contact beside the thread and draws its code. For staff. */
  createContact: (ticket: string, contact: ContactMadeIn, call?: Creation): Promise<ContactMadeOut> =>
    body(api.POST("/v1/support/tickets/{id}/contacts", { params: { path: { id: ticket } }, body: contact, ...own(call) })),

  /** Closes a ticket that was answered. For staff. */
  closeAnswered: (id: string, call?: Creation): Promise<TicketOut> =>
    body(api.POST("/v1/support/tickets/{id}/close", { params: { path: { id } }, ...own(call) })),

  /** Returns a picture of a ticket that the caller has opened. For staff. */
  getAttachment: (ticket: string, attachment: string, call?: Call): Promise<ArrayBuffer> => {
    const params = { path: { id: ticket, attachment } };
    return body(
      api.GET("/v1/support/tickets/{id}/attachments/{attachment}", { params, parseAs: "arrayBuffer", ...own(call) }),
    );
  },
});
