import type { Draft } from "./model.js";

/** Everything that pages of ours keep in a browser begins with this. */
const PREFIX = "menshen.";

const keyOf = (verification: string) => `${PREFIX}draft.${verification}`;

/** Reads what was typed before a reload; nothing where the browser keeps nothing. */
export function readDraft(verification: string): Draft {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(keyOf(verification)) ?? "{}");
    return typeof kept === "object" && kept !== null ? kept : {};
  } catch {
    return {};
  }
}

/** Keeps what was typed for a reload, in this tab only. */
export function keepDraft(verification: string, draft: Draft): void {
  try {
    sessionStorage.setItem(keyOf(verification), JSON.stringify(draft));
  } catch {
    // A browser that keeps nothing only costs typing again.
  }
}

/** Forgets what was typed. */
export function dropDraft(verification: string): void {
  try {
    sessionStorage.removeItem(keyOf(verification));
  } catch {
    // Nothing was kept.
  }
}

const facelessOf = (verification: string) => `${PREFIX}faceless.${verification}`;

/** Did the person choose in this tab to go on without their face? */
export function readFaceless(verification: string): boolean {
  try {
    return sessionStorage.getItem(facelessOf(verification)) !== null;
  } catch {
    return false;
  }
}

/** Keeps for a reload that the person goes on without their face, or that they do not. */
export function keepFaceless(verification: string, faceless: boolean): void {
  try {
    if (faceless) sessionStorage.setItem(facelessOf(verification), "1");
    else sessionStorage.removeItem(facelessOf(verification));
  } catch {
    // The service knows it; only the way back is not offered after a reload.
  }
}

/** What the hosted page keeps of its link: without it the person would have to go back for another one. */
const LINK = `${PREFIX}link`;

/** Removes what pages of ours keep in this browser: drafts, choices, the engine and its models. */
export async function forgetAll(): Promise<void> {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX) && key !== LINK) sessionStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
  if (!("caches" in globalThis)) return;
  for (const name of await caches.keys()) if (name.startsWith("menshen")) await caches.delete(name);
}
