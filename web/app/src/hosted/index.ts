import { LANGS, langOf } from "../shared/i18n.js";
import type { Lang } from "../shared/i18n.js";
import { readLink } from "../shared/link.js";
import type { Linked } from "../shared/link.js";
import "../verify/index.js";
import { pageStyles } from "./styles.js";

/** Where what the link carries is kept for a reload of this tab. */
const LINK = "menshen.link";
/** Where the chosen language is kept for a reload of this tab. */
const LANG = "menshen.lang";

/** How each language calls itself. */
const NAMES: Readonly<Record<Lang, string>> = { en: "English", "zh-CN": "简体中文" };
const TITLES: Readonly<Record<Lang, string>> = { en: "Identity verification", "zh-CN": "身份核验" };
const CHOOSE: Readonly<Record<Lang, string>> = { en: "Language", "zh-CN": "语言" };

/** Takes the token out of the address, so that neither history nor a look over the shoulder shows it. */
function takeLink(): Linked {
  const told = location.hash.slice(1);
  if (told !== "") {
    history.replaceState(null, "", location.pathname + location.search);
    keep(LINK, told);
  }
  return readLink(told || kept(LINK) || "");
}

function kept(key: string): string | null {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // Without it a reload asks for the link again.
  }
}

function build(): void {
  document.adoptedStyleSheets = [pageStyles];
  const header = document.createElement("header");
  const heading = document.createElement("h1");
  const choice = document.createElement("select");
  const main = document.createElement("main");
  const element = document.createElement("menshen-verify");
  for (const lang of LANGS) choice.append(new Option(NAMES[lang], lang));
  for (const option of choice.options) option.lang = option.value;
  const speak = (lang: Lang) => {
    document.documentElement.lang = lang;
    document.title = TITLES[lang];
    heading.textContent = TITLES[lang];
    choice.setAttribute("aria-label", CHOOSE[lang]);
    choice.value = lang;
    element.lang = lang;
  };
  choice.addEventListener("change", () => {
    keep(LANG, choice.value);
    speak(langOf(choice.value));
  });
  const asked = kept(LANG) ?? new URLSearchParams(location.search).get("lang") ?? navigator.language;
  const open = () => {
    const { token, verification } = takeLink();
    element.verification = verification;
    // Without one the element says what to do.
    element.token = token || "-";
  };
  speak(langOf(asked));
  open();
  // Another link in the same tab.
  addEventListener("hashchange", () => location.hash !== "" && open());
  header.append(heading, choice);
  main.append(element);
  document.body.append(header, main);
}

build();
