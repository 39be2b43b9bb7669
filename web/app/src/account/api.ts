import connect from "openapi-fetch";
import type { Fetch } from "../../../client/src/send.js";
import type { paths } from "../schema.js";

export { body, done } from "../../../client/src/answer.js";
export { Problem, Unreachable } from "../../../client/src/problem.js";

/** Told when the session is over, so that the page asks to sign in. */
export const SIGNED_OUT = "menshen-signed-out";

/** The header that the types ask for in each call that changes something: one that no other site can make a browser send. */
export const header = { "Menshen-Page": "1" };

const send: Fetch = async (request) => {
  request.headers.set("Menshen-Page", "1");
  const response = await fetch(request);
  if (response.status === 401) {
    const { code } = (await response.clone().json().catch(() => ({}))) as { code?: string };
    if (code === "unauthenticated") window.dispatchEvent(new Event(SIGNED_OUT));
  }
  return response;
};

/** The typed paths. The browser sends the session's cookie; the page never sees it, and keeps no secret. */
export const api = connect<paths>({ baseUrl: location.origin, credentials: "same-origin", redirect: "error", fetch: send });
