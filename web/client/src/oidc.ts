import { body, done } from "./answer.js";
import { own } from "./call.js";
import type { Api, Call, Creation } from "./call.js";
import type {
  NewOidcClientIn, NewOidcClientOut, OidcClientIn, OidcClientOut, OidcKeyOut, OidcPersonOut, OidcRotateIn, OidcSecretIn, OidcSecretOut,
  OidcSidIn, operations, PageOutOidcClientOut,
} from "./schema.js";

type Which = NonNullable<operations["list_oidc_clients"]["parameters"]["query"]>;

const of = (id: string) => ({ params: { path: { id } } });

/** Apps that people sign in to with OpenID Connect, and the keys that sign their tokens. */
export const oidc = (api: Api) => ({
  /** Says which applicant has signed in, by the `sid` of an ID token that was checked. */
  findOidcPerson: (who: OidcSidIn, call?: Call): Promise<OidcPersonOut> => body(api.POST("/v1/oidc/person", { body: who, ...own(call) })),

  /** Registers an app. Its secret is shown once. */
  createOidcClient: (app: NewOidcClientIn, call?: Creation): Promise<NewOidcClientOut> =>
    body(api.POST("/v1/oidc/clients", { body: app, ...own(call) })),

  /** Lists apps, newest first. */
  listOidcClients: (query: Which = {}, call?: Call): Promise<PageOutOidcClientOut> =>
    body(api.GET("/v1/oidc/clients", { params: { query }, ...own(call) })),

  /** Returns an app. */
  getOidcClient: (id: string, call?: Call): Promise<OidcClientOut> =>
    body(api.GET("/v1/oidc/clients/{id}", { ...of(id), ...own(call) })),

  /** Changes an app. */
  putOidcClient: (id: string, app: OidcClientIn, call?: Call): Promise<OidcClientOut> =>
    body(api.PUT("/v1/oidc/clients/{id}", { ...of(id), body: app, ...own(call) })),

  /** Removes an app, with its codes and tokens, at once. */
  deleteOidcClient: (id: string, call?: Call): Promise<void> =>
    done(api.DELETE("/v1/oidc/clients/{id}", { ...of(id), ...own(call) })),

  /** Draws another secret of an app, shown once; both are good until the overlap is over. */
  rotateOidcSecret: (id: string, rotate: OidcSecretIn = {}, call?: Creation): Promise<OidcSecretOut> =>
    body(api.POST("/v1/oidc/clients/{id}/secret", { ...of(id), body: rotate, ...own(call) })),

  /** Lists the keys that sign ID tokens. */
  listOidcKeys: (call?: Call): Promise<OidcKeyOut[]> => body(api.GET("/v1/oidc/keys", own(call))),

  /** Makes the next key before its time. */
  rotateOidcKey: (rotate: OidcRotateIn = {}, call?: Creation): Promise<OidcKeyOut[]> =>
    body(api.POST("/v1/oidc/keys/rotate", { body: rotate, ...own(call) })),
});
