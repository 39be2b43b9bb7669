import type { TextOut } from "../schema.js";
import en from "../../../../locales/pages/account.en.json";
import zh from "../../../../locales/pages/account.zh-CN.json";
import { Texts } from "../shared/i18n.js";
import type { Lang, Params } from "../shared/i18n.js";
import { language } from "../shared/language.js";

export { choose, language } from "../shared/language.js";

/** A text of the catalogues: a key that one of them lacks is an error of the compiler. */
export type Key = keyof typeof en | keyof typeof zh;

const ALL: Record<Lang, Texts<Key>> = { en: new Texts("en", en), "zh-CN": new Texts("zh-CN", zh) };

/** Returns a text, with its places filled. */
export const t = (key: Key, params: Params = {}): string => ALL[language()].t(key, params);

/** Returns a text whose key is put together, or the fallback where the service has a word that is newer than this page. */
export function word(stem: string, name: string, fallback: string = name): string {
  const key = `${stem}.${name}`;
  return ALL[language()].has(key) ? t(key) : fallback;
}

/** Returns what the service says, in the language in use. */
export const told = (text: TextOut): string => ALL[language()].of(text);
/** Returns a day and a time of day in the reader's own time zone. */
export const moment = (at: string): string => ALL[language()].moment(at);
