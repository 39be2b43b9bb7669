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

/** Removes everything that pages of ours keep in this browser: drafts, the link's token, models. */
export async function forgetAll(): Promise<void> {
  try {
    for (const storage of [sessionStorage, localStorage]) {
      for (const key of Object.keys(storage)) if (key.startsWith(PREFIX)) storage.removeItem(key);
    }
  } catch {
    // Nothing was kept.
  }
  if (!("caches" in globalThis)) return;
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) || name.startsWith("menshen")) await caches.delete(name);
}
