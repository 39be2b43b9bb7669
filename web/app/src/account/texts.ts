import type { TextOut } from "../schema.js";
import en from "../../../../locales/pages/account.en.json";
import zh from "../../../../locales/pages/account.zh-CN.json";
import { langOf, Texts } from "../shared/i18n.js";
import type { Lang, Params } from "../shared/i18n.js";

/** A text of the catalogues: a key that one of them lacks is an error of the compiler. */
export type Key = keyof typeof en & keyof typeof zh;

const _SAME: Record<keyof typeof en, string> & Record<keyof typeof zh, string> = { ...en, ...zh };
void _SAME;
const ALL: Record<Lang, Texts<Key>> = { en: new Texts("en", en), "zh-CN": new Texts("zh-CN", zh) };

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

/** Returns a text, with its places filled. */
export const t = (key: Key, params: Params = {}): string => ALL[chosen].t(key, params);

/** Returns a text whose key is put together, or the fallback where the service has a word that is newer than this page. */
export function word(stem: string, name: string, fallback: string = name): string {
  const key = `${stem}.${name}`;
  return ALL[chosen].has(key) ? t(key) : fallback;
}

/** Returns what the service says, in the language in use. */
export const told = (text: TextOut): string => ALL[chosen].of(text);
/** Returns a day and a time of day in the reader's own time zone. */
export const moment = (at: string): string => ALL[chosen].moment(at);
