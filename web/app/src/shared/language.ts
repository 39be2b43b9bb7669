import { langOf } from "./i18n.js";
import type { Lang } from "./i18n.js";

// The language of a page of our own: chosen once, kept in this browser, for all of its parts.

const STORED = "menshen-language";
const listeners = new Set<() => void>();
let chosen: Lang = langOf(kept() ?? new URLSearchParams(location.search).get("lang") ?? navigator.language);

function kept(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

/** Returns the language in use. */
export const language = (): Lang => chosen;

/** Changes the language, here and at the next visit. */
export function choose(next: Lang): void {
  chosen = next;
  document.documentElement.lang = next;
  try {
    localStorage.setItem(STORED, next);
  } catch {
    // It is asked for again at the next visit.
  }
  for (const listener of listeners) listener();
}

/** Calls back at every change of language; returns what ends that. */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
