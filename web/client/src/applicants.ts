import { body, done } from "./answer.js";
import { own } from "./call.js";
import type { Api, Call, Creation } from "./call.js";
import type {
  ApplicantIn, ApplicantOut, ConsentIn, ConsentOut, HoldIn, HoldOut, operations, PageOutApplicantOut, TokenIn, TokenOut,
} from "./schema.js";

type Which = NonNullable<operations["list_applicants"]["parameters"]["query"]>;

/** The people who are verified: who they are, what they agreed to, what keeps them from being erased. */
export const applicants = (api: Api) => ({
  /** Creates an applicant. */
  createApplicant: (applicant: ApplicantIn, call?: Creation): Promise<ApplicantOut> =>
    body(api.POST("/v1/applicants", { body: applicant, ...own(call) })),

  /** Lists applicants, newest first. `external_id` stands in the address: let it say nothing of the person. */
  listApplicants: (query: Which = {}, call?: Call): Promise<PageOutApplicantOut> =>
    body(api.GET("/v1/applicants", { params: { query }, ...own(call) })),

  /** Returns an applicant. */
  getApplicant: (id: string, call?: Call): Promise<ApplicantOut> =>
    body(api.GET("/v1/applicants/{id}", { params: { path: { id } }, ...own(call) })),

  /** Destroys everything personal of an applicant. */
  eraseApplicant: (id: string, call?: Call): Promise<void> =>
    done(api.DELETE("/v1/applicants/{id}", { params: { path: { id } }, ...own(call) })),

  /** Creates a short-lived token with which a person's own page calls. */
  createToken: (applicant: string, token: TokenIn = {}, call?: Creation): Promise<TokenOut> =>
    body(api.POST("/v1/applicants/{id}/tokens", { params: { path: { id: applicant } }, body: token, ...own(call) })),

  /** Revokes all tokens of a person. */
  revokeTokens: (applicant: string, call?: Call): Promise<void> =>
    done(api.DELETE("/v1/applicants/{id}/tokens", { params: { path: { id: applicant } }, ...own(call) })),

  /** Records a consent. */
  giveConsent: (applicant: string, consent: ConsentIn, call?: Creation): Promise<void> => {
    const params = { path: { id: applicant } };
    return done(api.POST("/v1/applicants/{id}/consents", { params, body: consent, ...own(call) }));
  },

  /** Lists consents, newest first. */
  listConsents: (applicant: string, call?: Call): Promise<ConsentOut[]> =>
    body(api.GET("/v1/applicants/{id}/consents", { params: { path: { id: applicant } }, ...own(call) })),

  /** Withdraws the consents for a purpose. */
  withdrawConsent: (applicant: string, purpose: string, call?: Call): Promise<void> => {
    const path = { id: applicant, purpose };
    return done(api.DELETE("/v1/applicants/{id}/consents/{purpose}", { params: { path }, ...own(call) }));
  },

  /** Forbids the erasure of an applicant. */
  placeHold: (applicant: string, hold: HoldIn, call?: Creation): Promise<HoldOut> =>
    body(api.POST("/v1/applicants/{id}/holds", { params: { path: { id: applicant } }, body: hold, ...own(call) })),

  /** Lists legal holds, newest first. */
  listHolds: (applicant: string, call?: Call): Promise<HoldOut[]> =>
    body(api.GET("/v1/applicants/{id}/holds", { params: { path: { id: applicant } }, ...own(call) })),

  /** Lifts a legal hold. */
  liftHold: (applicant: string, hold: string, call?: Call): Promise<void> => {
    const path = { id: applicant, hold };
    return done(api.DELETE("/v1/applicants/{id}/holds/{hold}", { params: { path }, ...own(call) }));
  },
});
