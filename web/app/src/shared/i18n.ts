import type { TextOut } from "../schema.js";

/** The languages that there are. */
export const LANGS = ["en", "zh-CN"] as const;
/** A language. */
export type Lang = (typeof LANGS)[number];

/** Values for the places in a text. */
export type Params = Readonly<Record<string, string | number>>;

/** Returns the language that fits best: what is asked for, or else what the browser prefers. */
export function langOf(asked: string | null | undefined): Lang {
  const wanted = asked ? [asked] : [document.documentElement.lang, ...navigator.languages];
  for (const tag of wanted) {
    if (/^zh\b/i.test(tag)) return "zh-CN";
    if (/^en\b/i.test(tag)) return "en";
  }
  return "en";
}

type Plural<K> = K extends `${infer Stem}.one` ? Stem : never;

/** The texts of one language. */
export class Texts<Key extends string> {
  readonly #plurals: Intl.PluralRules;
  /** The reader's own form of the language, for dates and numbers: British days are not American ones. */
  readonly #region: string;

  constructor(
    readonly lang: Lang,
    readonly catalogue: Readonly<Record<Key, string>>,
  ) {
    this.#plurals = new Intl.PluralRules(lang);
    this.#region = navigator.languages.find((tag) => langOf(tag) === lang && tag.startsWith(lang.slice(0, 2))) ?? lang;
  }

  /** Returns a text. */
  t = (key: Key, params: Params = {}): string => fill(this.catalogue[key], params);

  /** Returns the text for a number: those of `KEY.one` and `KEY.other` that the language's rule names, with `{n}` in it. */
  n = (stem: Plural<Key>, count: number): string => {
    const form = this.#plurals.select(count) === "one" ? "one" : "other";
    return fill(this.catalogue[`${stem}.${form}` as Key], { n: new Intl.NumberFormat(this.#region).format(count) });
  };

  /** Is there a text with this key? */
  has = (key: string): key is Key => Object.hasOwn(this.catalogue, key);

  /** Returns what the service says, in this language. */
  of = (text: TextOut): string => text[this.lang];

  /** Returns a day and a time of day in the reader's own time zone. */
  moment = (at: string): string =>
    new Intl.DateTimeFormat(this.#region, { dateStyle: "long", timeStyle: "short" }).format(new Date(at));

  /** Returns a day. */
  day = (at: string): string => new Intl.DateTimeFormat(this.#region, { dateStyle: "long" }).format(new Date(at));

  /** Returns how far off a moment is: "in 3 minutes", "2 hours ago". */
  away = (at: string, now: number): string => {
    const seconds = Math.round((Date.parse(at) - now) / 1000);
    const size = Math.abs(seconds);
    const [unit, length] = (UNITS.find(([, from]) => size >= from * 1.5) ?? ["second", 1]) as [Intl.RelativeTimeFormatUnit, number];
    return new Intl.RelativeTimeFormat(this.lang, { numeric: "auto" }).format(Math.round(seconds / length), unit);
  };

  /** Compares names as people of the language sort them. */
  get compare(): (one: string, other: string) => number {
    return new Intl.Collator(this.lang).compare;
  }
}

/** Lengths in seconds; a moment is told in the largest unit of which it has one and a half. */
const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

function fill(text: string, params: Params): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(params[name] ?? place));
}
