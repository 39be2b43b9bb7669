import * as oidc from "openid-client";
import type { Begun, Person } from "./session.js";

/** The app as it was registered at Menshen. */
export interface App {
  issuer: string;
  id: string;
  secret: string;
}

/** Two different proofs of who it is, at least. */
const TWO = ["urn:menshen:acr:two", "urn:menshen:acr:two-phishing-resistant"];
/** What is asked for beside the sign-in: the verified name, which the person may keep for themselves. */
const CLAIMS = { userinfo: { verified_claims: { verification: { trust_framework: null }, claims: { name: null } } } };

/** Somebody as the ID token has them, before Menshen's API was asked who it is there. */
export type SignedIn = Omit<Person, "applicant">;

/** Signs people in with OpenID Connect, by a library that knows nothing of Menshen. */
export class SignIn {
  private constructor(
    private readonly config: oidc.Configuration,
    private readonly back: string,
    private readonly bye: string,
  ) {}

  /** Reads what the issuer says of itself. `origin` is this site's. */
  static async at(origin: string, { issuer, id, secret }: App): Promise<SignIn> {
    const address = new URL(issuer);
    // Only on this machine, where nobody is in between.
    const own = address.protocol === "http:" && address.hostname === "localhost";
    const execute = own ? [oidc.allowInsecureRequests] : [];
    const config = await oidc.discovery(address, id, secret, oidc.ClientSecretBasic(secret), { execute });
    return new SignIn(config, `${origin}/callback`, `${origin}/bye`);
  }

  /** Begins a sign-in: where the browser goes, and what it must come back with. */
  async begin(): Promise<{ to: URL; begun: Begun }> {
    return this.#ask({ claims: JSON.stringify(CLAIMS) });
  }

  /** Begins a sign-in of somebody who has signed in: they show two proofs, now. */
  async again(idToken: string): Promise<{ to: URL; begun: Begun }> {
    return this.#ask({ prompt: "login", acr_values: TWO.join(" "), id_token_hint: idToken });
  }

  async #ask(more: Record<string, string>): Promise<{ to: URL; begun: Begun }> {
    const begun = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
    const to = oidc.buildAuthorizationUrl(this.config, {
      redirect_uri: this.back,
      scope: "openid",
      state: begun.state,
      nonce: begun.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(begun.verifier),
      code_challenge_method: "S256",
      ...more,
    });
    return { to, begun };
  }

  /** Ends a sign-in: looks at everything that came back, and exchanges the code. */
  async end(came: URL, begun: Begun): Promise<{ person: SignedIn; at: Date; two: boolean }> {
    const { state, nonce, verifier } = begun;
    const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
    const tokens = await oidc.authorizationCodeGrant(this.config, came, checks);
    const said = tokens.claims();
    const [sid, acr, auth_time] = [said?.["sid"], said?.["acr"], said?.auth_time];
    if (said === undefined || typeof sid !== "string" || typeof auth_time !== "number") throw new Error("the ID token lacks sid or auth_time");
    const person = { sub: said.sub, sid, idToken: tokens.id_token ?? "", name: await this.#name(tokens.access_token, said.sub) };
    return { person, at: new Date(auth_time * 1000), two: TWO.includes(String(acr)) };
  }

  /** Returns the verified name; none where the person keeps it, or nobody has verified it. */
  async #name(access: string, sub: string): Promise<string | undefined> {
    const { verified_claims } = (await oidc.fetchUserInfo(this.config, access, sub)) as { verified_claims?: { claims?: { name?: string } } };
    return verified_claims?.claims?.name;
  }

  /** Where the browser goes to sign out there, too. */
  leave(idToken: string): URL {
    return oidc.buildEndSessionUrl(this.config, { id_token_hint: idToken, post_logout_redirect_uri: this.bye });
  }
}
