import { body, done } from "./answer.js";
import { own } from "./call.js";
import type { Api, Call } from "./call.js";
import type { ContactOut, ContactsIn, operations, PageOutNoticeOut } from "./schema.js";

type Which = NonNullable<operations["list_notices"]["parameters"]["query"]>;

/** Where messages to a person go, and the messages. */
export const contacts = (api: Api) => ({
  /** Sets where messages to a person go; what is left out is removed. */
  putContacts: (applicant: string, contacts: ContactsIn, call?: Call): Promise<void> => {
    const params = { path: { id: applicant } };
    return done(api.PUT("/v1/applicants/{id}/contacts", { params, body: contacts, ...own(call) }));
  },

  /** Returns where messages to a person go, masked. */
  listContacts: (applicant: string, call?: Call): Promise<ContactOut[]> =>
    body(api.GET("/v1/applicants/{id}/contacts", { params: { path: { id: applicant } }, ...own(call) })),

  /** Lists messages to a person, newest first. */
  listNotices: (applicant: string, query: Which = {}, call?: Call): Promise<PageOutNoticeOut> =>
    body(api.GET("/v1/applicants/{id}/notices", { params: { path: { id: applicant }, query }, ...own(call) })),
});
