import type english from "../../../../locales/pages/verify.en.json";
import type chinese from "../../../../locales/pages/verify.zh-CN.json";
import { Texts } from "../shared/i18n.js";
import type { Lang } from "../shared/i18n.js";

type English = keyof typeof english;
type Chinese = keyof typeof chinese;
/** Does not compile where a text is missing in one of the languages. */
type Whole<Missing extends never> = Missing;

/** The name of a text. */
export type Key = English | Whole<Exclude<English, Chinese>> | Whole<Exclude<Chinese, English>>;
/** The texts that people see. */
export type VerifyTexts = Texts<Key>;

/** Fetches the texts of one language. */
export async function textsOf(lang: Lang): Promise<VerifyTexts> {
  const loaded =
    lang === "zh-CN"
      ? await import("../../../../locales/pages/verify.zh-CN.json")
      : await import("../../../../locales/pages/verify.en.json");
  return new Texts<Key>(lang, loaded.default);
}
