import connect from "openapi-fetch";
import type { Client } from "openapi-fetch";
import { DELAYS, persistent } from "../../../client/src/send.js";
import type { Fetch } from "../../../client/src/send.js";
import type { paths } from "../schema.js";

export { body, done, headers } from "../../../client/src/answer.js";
export { Problem, Unreachable } from "../../../client/src/problem.js";

/** The typed paths of the API. */
export type Api = Client<paths>;

/** How the way to the service is. */
export type Network = "good" | "slow" | "busy" | "offline";

/** A service as a person's page calls it. */
export interface Service {
  /** Its address without a slash at the end. */
  url: string;
  api: Api;
  /** Sends a request with token and version, once. */
  send: Fetch;
  /** Milliseconds until the service answered last, where it has. */
  latency: () => number | undefined;
}

/** How a page calls. */
export interface Connection {
  /** The service's address. */
  url: string;
  /** The person's token; asked for at each request, so that a new one takes the place of an old one. */
  token: () => string;
  /** The program and its version, for `Menshen-Client`. */
  program: string;
  /** Hears how the way to the service is, after each try. */
  onNetwork: (network: Network) => void;
}

/** An answer that takes longer is slow, in milliseconds: people begin to wonder after about four seconds. */
const SLOW = 4_000;

/** Returns a service. What may be tried again is tried again, and whoever waits hears why. */
export function connectTo({ url, token, program, onNetwork }: Connection): Service {
  let latency: number | undefined;
  const send: Fetch = async (request) => {
    request.headers.set("Authorization", `Bearer ${token()}`);
    request.headers.set("Menshen-Client", program);
    const slow = setTimeout(() => onNetwork("slow"), SLOW);
    const begun = performance.now();
    try {
      const response = await fetch(request);
      latency = Math.round(performance.now() - begun);
      onNetwork(response.status === 503 ? "busy" : "good");
      return response;
    } catch (error) {
      if (!request.signal.aborted) onNetwork("offline");
      throw error;
    } finally {
      clearTimeout(slow);
    }
  };
  // A redirection would carry what was sent to somebody else.
  const api = connect<paths>({ baseUrl: url, fetch: persistent(send, DELAYS), redirect: "manual" });
  return { url, api, send, latency: () => latency };
}
