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
