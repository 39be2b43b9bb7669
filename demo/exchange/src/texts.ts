import en from "./texts/en.json" with { type: "json" };
import zh from "./texts/zh-CN.json" with { type: "json" };

/** A language of this site. */
export type Lang = "en" | "zh-CN";
/** The name of a text. */
export type Key = keyof typeof en;

// A key that one of them lacks does not compile.
const CATALOGUES: Record<Lang, Record<Key, string>> = { en, "zh-CN": zh satisfies Record<keyof typeof en, string> };
en satisfies Record<keyof typeof zh, string>;

/** Says a text in one language. */
export type Say = (key: Key, places?: Readonly<Record<string, string>>) => string;

/** Returns what says texts in a language. */
export const sayIn =
  (lang: Lang): Say =>
  (key, places = {}) =>
    CATALOGUES[lang][key].replace(/\{(\w+)\}/g, (_, place: string) => places[place] ?? "");

/** Returns the text of a name that was put together, or the name where there is none. */
export const word = (say: Say, group: string, name: string): string => {
  const key = `${group}.${name}`;
  return key in en ? say(key as Key) : name;
};

/** Returns the language that a browser asks for first; Chinese where it asks for neither. */
export function preferred(accepted: string | undefined): Lang {
  const asked = (accepted ?? "").split(",").map((part) => part.split(";")[0]?.trim().toLowerCase() ?? "");
  const first = asked.find((lang) => lang.startsWith("en") || lang.startsWith("zh"));
  return first?.startsWith("en") ? "en" : "zh-CN";
}

/** Says when something is, in the person's language; in UTC, which is said, for nobody here knows their zone. */
export const moment = (lang: Lang, at: string | Date): string =>
  new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }).format(new Date(at)) + " UTC";
