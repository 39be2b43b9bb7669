import { body, done } from "./answer.js";
import { own } from "./call.js";
import type { Api, Call, Creation } from "./call.js";
import type { InvitationCodeIn, InvitationCodeOut, operations, PageOutInvitationCodeOut } from "./schema.js";

type Which = NonNullable<operations["list_invitation_codes"]["parameters"]["query"]>;

/** Codes by which people are invited, and what they gain by them. */
export const invitations = (api: Api) => ({
  /** Makes an invitation code. */
  createInvitationCode: (code: InvitationCodeIn, call?: Creation): Promise<InvitationCodeOut> =>
    body(api.POST("/v1/invitation-codes", { body: code, ...own(call) })),

  /** Lists invitation codes, newest first. */
  listInvitationCodes: (query: Which = {}, call?: Call): Promise<PageOutInvitationCodeOut> =>
    body(api.GET("/v1/invitation-codes", { params: { query }, ...own(call) })),

  /** Takes a code back. Whoever has come by it keeps what they gained. */
  removeInvitationCode: (id: string, call?: Call): Promise<void> =>
    done(api.DELETE("/v1/invitation-codes/{id}", { params: { path: { id } }, ...own(call) })),
});
