import type { TextOut } from "../schema.js";
import { official as officialEn, remedies as remediesEn } from "../../../../locales/en.json";
import { official as officialZh, remedies as remediesZh } from "../../../../locales/zh-CN.json";
import en from "../../../../locales/pages/help.en.json";
import zh from "../../../../locales/pages/help.zh-CN.json";
import { Texts } from "../shared/i18n.js";
import type { Lang, Params } from "../shared/i18n.js";
import { language } from "../shared/language.js";

export { choose, language } from "../shared/language.js";

/** A text of the catalogues: a key that one of them lacks is an error of the compiler. */
export type Key = keyof typeof en | keyof typeof zh;
/** A text with what stands in its places, so that it can be said in another language later. */
export type Said = readonly [Key, Params?];

const ALL: Record<Lang, Texts<Key>> = { en: new Texts("en", en), "zh-CN": new Texts("zh-CN", zh) };
const OFFICIAL: Record<Lang, typeof officialEn> = { en: officialEn, "zh-CN": officialZh };
const REMEDIES: Record<Lang, typeof remediesEn> = { en: remediesEn, "zh-CN": remediesZh };

/** Returns a text, with its places filled. */
export const t = (key: Key, params: Params = {}): string => ALL[language()].t(key, params);
/** Returns a text whose key is put together, or the fallback where the service has a word that is newer than this page. */
export function word(stem: string, name: string, fallback: string = name): string {
  const key = `${stem}.${name}`;
  return ALL[language()].has(key) ? t(key) : fallback;
}

/** Returns what the service says of official channels: what is judged in the page is told in its words. */
export const official = (): typeof officialEn => OFFICIAL[language()];
/** Returns what the service says of a remedy, for when it cannot be asked. */
export const remedy = (code: keyof typeof remediesEn): { title: string; text: string } => REMEDIES[language()][code];

/** Returns what the service says, in the language in use. */
export const told = (text: TextOut): string => ALL[language()].of(text);
/** Returns a day and a time of day in the reader's own time zone. */
export const moment = (at: string | number): string => ALL[language()].moment(new Date(at).toISOString());
/** Returns a day. */
export const day = (at: number): string => ALL[language()].day(new Date(at).toISOString());
/** Returns a share, 0 to 1, in hundredths. */
export const percent = (share: number): string => new Intl.NumberFormat(language(), { style: "percent" }).format(share);

/** Lengths in milliseconds; a time is told in the largest unit of which it has two. */
const UNITS = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000], ["second", 1_000]] as const;

/** Returns a length of time in words: "3 minutes". */
export function duration(ms: number): string {
  const [unit, length] = UNITS.find(([, least]) => ms >= 2 * least) ?? (["second", 1_000] as const);
  return new Intl.NumberFormat(language(), { style: "unit", unit, unitDisplay: "long" }).format(Math.round(ms / length));
}

/** Returns a text that was put together before; what stands in its places is told in the language in use. */
export function say([key, params = {}]: Said): string {
  const told = (name: string, value: string | number): string => {
    if (name === "system") return word("system", String(value));
    if (typeof value === "string") return value;
    if (name === "share") return percent(value);
    return name === "length" ? duration(value) : new Intl.NumberFormat(language()).format(value);
  };
  return t(key, Object.fromEntries(Object.entries(params).map(([name, value]) => [name, told(name, value)])));
}
