import { body, done } from "./answer.js";
import { own } from "./call.js";
import type { Api, Call, Creation } from "./call.js";
import type { operations, PageOutStaffOut, RoleIn, StaffIn, StaffOut } from "./schema.js";

type Which = NonNullable<operations["list_staff"]["parameters"]["query"]>;

/** People who work for the tenant. */
export const staff = (api: Api) => ({
  /** Lets somebody in. Their secret is shown once. */
  createStaff: (person: StaffIn, call?: Creation): Promise<StaffOut> =>
    body(api.POST("/v1/staff", { body: person, ...own(call) })),

  /** Lists who works for the tenant, newest first. */
  listStaff: (query: Which = {}, call?: Call): Promise<PageOutStaffOut> =>
    body(api.GET("/v1/staff", { params: { query }, ...own(call) })),

  /** Gives somebody another role. */
  putStaff: (id: string, role: RoleIn, call?: Call): Promise<StaffOut> =>
    body(api.PUT("/v1/staff/{id}", { params: { path: { id } }, body: role, ...own(call) })),

  /** Lets somebody in no longer, at once. */
  disableStaff: (id: string, call?: Call): Promise<void> =>
    done(api.DELETE("/v1/staff/{id}", { params: { path: { id } }, ...own(call) })),

  /** Draws another secret for somebody, shown once; the one before ends at once. */
  renewStaffSecret: (id: string, call?: Creation): Promise<StaffOut> =>
    body(api.POST("/v1/staff/{id}/secret", { params: { path: { id } }, ...own(call) })),

  /** Draws another invitation to sign in with a browser, good once; what they signed in with before ends at once. */
  inviteStaff: (id: string, call?: Creation): Promise<StaffOut> =>
    body(api.POST("/v1/staff/{id}/invitation", { params: { path: { id } }, ...own(call) })),
});
