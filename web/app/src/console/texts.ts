import type reasons from "../../../../locales/en.json";
import en from "../../../../locales/pages/console.en.json";
import zh from "../../../../locales/pages/console.zh-CN.json";
import operateEn from "../../../../locales/pages/operate.en.json";
import operateZh from "../../../../locales/pages/operate.zh-CN.json";
import type { Lang } from "../shared/i18n";
import { language } from "../shared/language";

export { choose, language } from "../shared/language";

/** Languages of the console. */
export type Language = Lang;
/** A text of the catalogues: a key that one of them lacks is an error of the compiler. */
export type Key = keyof typeof en | keyof typeof zh | keyof typeof operateEn | keyof typeof operateZh;
/** A reason code that the console has a short name for. */
export type Code = keyof (typeof reasons)["reasons"];
/** A key with a form for one and a form for more. */
export type Counted = Key extends infer K ? (K extends `${infer Stem}.other` ? Stem : never) : never;

const TEXTS: Record<Language, Record<Key, string>> = { en: { ...en, ...operateEn }, "zh-CN": { ...zh, ...operateZh } };
// Every code of the service has a short name in both languages, or this line does not compile.
const _NAMED: Record<`code.${Code}`, string> = en;
void _NAMED;

/** Returns a text, with its places filled. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return TEXTS[language()][key].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? number(value) : value;
  });
}

/** Returns a text in the form for a number. */
export function counted(stem: Counted, n: number): string {
  const form = new Intl.PluralRules(language()).select(n) === "one" ? "one" : "other";
  return t(`${stem}.${form}` as Key, { n });
}

/** Returns a text whose key is put together, or the fallback where the service has a word that is newer than this page. */
export function word(stem: string, name: string, fallback: string = name): string {
  return TEXTS[language()][`${stem}.${name}` as Key] ?? fallback;
}

/** Returns the short name of a reason code. */
export const codeName = (code: string): string => word("code", code);

/** Chooses from a text that the service gives in every language. */
export const told = (text: { en: string; "zh-CN": string }): string => text[language()];

/** Writes a number as people do. */
export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(language(), { maximumFractionDigits: digits }).format(value);
}
