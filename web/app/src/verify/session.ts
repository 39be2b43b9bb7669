import { Problem } from "../shared/service.js";
import type { Service } from "../shared/service.js";
import type { Accepted } from "./documents.js";

/** What a token is for. */
export interface Session {
  /** The verification that the person is led through. */
  verification: string;
  /** Which documents are taken; nothing where the service does not tell. */
  accepted: Accepted | undefined;
  /** The size of the largest photo, in bytes. */
  largest: number | undefined;
  /** What stands in the link by which another device goes on, where the token alone does not do. */
  linked: string | undefined;
}

/** Asks what a token is for. `named` is the verification that the page names, if it does. */
export async function sessionOf(service: Service, named: string): Promise<Session> {
  void service;
  if (named === "") throw new Problem(404, undefined);
  return { verification: named, accepted: undefined, largest: undefined, linked: undefined };
}
