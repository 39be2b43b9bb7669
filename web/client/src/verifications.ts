import { body } from "./answer.js";
import { checked, own } from "./call.js";
import type { Api, Call, Creation } from "./call.js";
import type {
  CaptureOut, DataIn, DataOut, DecisionOut, operations, PageOutVerificationItem, RulesOut, VerificationIn, VerificationOut,
} from "./schema.js";

type Which = NonNullable<operations["list_verifications"]["parameters"]["query"]>;

/** What a photo shows. */
export type Part = "front" | "back" | "selfie";

/** Where a submission comes from; the service keeps digests only. */
export interface Submission extends Creation {
  /** Your name for the device. */
  device?: string;
  /** The person's network address, where your server calls for the person. */
  address?: string;
}

/** Verifications, from the first typed word to the decision. */
export const verifications = (api: Api) => ({
  /** Opens a verification. An applicant has one open verification at a time. */
  createVerification: (verification: VerificationIn, call?: Creation): Promise<VerificationOut> =>
    body(api.POST("/v1/verifications", { body: verification, ...own(call) })),

  /** Lists verifications, newest first. */
  listVerifications: (query: Which = {}, call?: Call): Promise<PageOutVerificationItem> =>
    body(api.GET("/v1/verifications", { params: { query }, ...own(call) })),

  /** Returns a verification with its state explained. */
  getVerification: (id: string, call?: Call): Promise<VerificationOut> =>
    body(api.GET("/v1/verifications/{id}", { params: { path: { id } }, ...own(call) })),

  /** Returns the limits by which a page may judge a picture before it is sent. */
  getRules: (verification: string, call?: Call): Promise<RulesOut> =>
    body(api.GET("/v1/verifications/{id}/rules", { params: { path: { id: verification } }, ...own(call) })),

  /** Hands in the typed data, and judges it by itself. */
  putData: (verification: string, data: DataIn, call?: Call): Promise<DataOut> =>
    body(api.PUT("/v1/verifications/{id}/data", { params: { path: { id: verification } }, body: data, ...own(call) })),

  /** Returns the typed data, for staff. */
  getData: (verification: string, call?: Call): Promise<DataIn> =>
    body(api.GET("/v1/verifications/{id}/data", { params: { path: { id: verification } }, ...own(call) })),

  /** Hands in a photo, JPEG, PNG or WebP, as a form. It is judged at once; the same bytes twice are one. */
  uploadCapture: (verification: string, part: Part, photo: Blob, call?: Call): Promise<CaptureOut> => {
    const form = new FormData();
    // Not the file's own name: people call their files by their names.
    form.append("file", photo, "photo");
    const params = { path: { id: verification, part } };
    // The form is made here, so that the file has no name of its own.
    const sent = { body: { file: "" }, bodySerializer: () => form };
    return body(api.PUT("/v1/verifications/{id}/captures/{part}", { params, ...sent, ...own(call) }));
  },

  /** Returns a photo as it came, where the policy has kept it. */
  getOriginal: (capture: string, call?: Call): Promise<ArrayBuffer> => {
    const params = { path: { id: capture } };
    return body(api.GET("/v1/captures/{id}/original", { params, parseAs: "arrayBuffer", ...own(call) }));
  },

  /** Lists the photos that count, newest first. */
  listCaptures: (verification: string, call?: Call): Promise<CaptureOut[]> =>
    body(api.GET("/v1/verifications/{id}/captures", { params: { path: { id: verification } }, ...own(call) })),

  /** Submits a verification: everything is handed in, judge it. */
  submitVerification: (id: string, call: Submission = {}): Promise<VerificationOut> => {
    const { signal, headers } = own(call);
    const from = checked({ "Menshen-Device": call.device, "Menshen-Address": call.address });
    const all = { signal, headers: { ...headers, ...from } };
    return body(api.POST("/v1/verifications/{id}/submit", { params: { path: { id } }, ...all }));
  },

  /** Lists the decisions of a verification, newest first. */
  listDecisions: (verification: string, call?: Call): Promise<DecisionOut[]> =>
    body(api.GET("/v1/verifications/{id}/decisions", { params: { path: { id: verification } }, ...own(call) })),

  /** Returns the signed evidence file of a decision. It holds personal data, and reading it is logged. */
  getDecisionEvidence: (decision: string, call?: Call): Promise<ArrayBuffer> => {
    const params = { path: { id: decision } };
    return body(api.GET("/v1/decisions/{id}/evidence", { params, parseAs: "arrayBuffer", ...own(call) }));
  },
});
