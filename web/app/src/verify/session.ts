import type { Rules } from "../engine/index.js";
import { headers } from "../shared/service.js";
import type { Service } from "../shared/service.js";
import type { Accepted } from "./documents.js";

/** What the service tells a page before it begins. */
export interface Session {
  /** By what the engine in the page judges; nothing where the service does not tell. */
  rules: Rules | undefined;
  /** Which documents are taken; nothing where the service does not tell. */
  accepted: Accepted | undefined;
  /** Of what files may be chosen; everything where the service does not tell. */
  files: readonly Filed[];
  /** The size of the largest photo, in bytes. */
  largest: number;
}

/** What may be handed in as a file that the person has. */
export type Filed = "document" | "face";

const FILED: readonly Filed[] = ["document", "face"];

/** The size of a photo that every service takes, in bytes. */
const SMALL_ENOUGH = 8 << 20;

/** Asks by what a verification's photos are judged. A service that does not tell judges all the same. */
export async function sessionOf(service: Service, verification: string): Promise<Session> {
  const [rules, largest] = await Promise.all([rulesOf(service, verification), largestOf(service)]);
  const documents = rules?.["documents"];
  const files = rules?.["files"];
  return {
    rules,
    accepted: isAccepted(documents) ? documents : undefined,
    files: Array.isArray(files) ? FILED.filter((what) => files.includes(what)) : FILED,
    largest,
  };
}

async function rulesOf(service: Service, verification: string): Promise<Rules | undefined> {
  try {
    const response = await service.send(new Request(`${service.url}/v1/verifications/${verification}/rules`));
    const rules: unknown = response.ok ? await response.json() : undefined;
    return typeof rules === "object" && rules !== null ? (rules as Rules) : undefined;
  } catch {
    return undefined;
  }
}

async function largestOf({ api }: Service): Promise<number> {
  try {
    return Number((await headers(api.OPTIONS("/v1/uploads"))).get("Tus-Max-Size")) || SMALL_ENOUGH;
  } catch {
    return SMALL_ENOUGH;
  }
}

function isAccepted(documents: unknown): documents is Accepted {
  if (typeof documents !== "object" || documents === null) return false;
  return Object.values(documents).every((kinds) => Array.isArray(kinds) && kinds.every((kind) => typeof kind === "string"));
}
