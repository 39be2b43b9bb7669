import { api, body, Problem } from "../account/api.js";

/** Returns as whom somebody has signed in in this browser; nothing where nobody has. */
export async function signedIn(): Promise<string | undefined> {
  try {
    return (await body(api.GET("/v1/account/session"))).applicant;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return undefined;
    throw error;
  }
}
