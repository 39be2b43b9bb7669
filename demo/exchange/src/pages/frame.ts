import { html } from "../html.js";
import type { Html, Piece } from "../html.js";
import type { Session } from "../session.js";
import { sayIn } from "../texts.js";
import type { Lang, Say } from "../texts.js";

/** What every page is made from. */
export interface View {
  lang: Lang;
  say: Say;
  session: Session;
  /** The path of the page, for the link to the other language. */
  path: string;
}

/** Returns what a page is made from. */
export const view = (session: Session, lang: Lang, path: string): View => ({ lang, say: sayIn(lang), session, path });

/** Returns a form whose request this site believes. */
export const form = ({ session }: View, action: string, inside: Piece): Html =>
  html`<form method="post" action="${action}"><input type="hidden" name="csrf" value="${session.csrf}">${inside}</form>`;

/** Returns a whole page. `head` is for scripts that only one page has. */
export function frame(at: View, title: string, inside: Piece, head?: Html): Html {
  const { say, lang, session, path } = at;
  const other = lang === "en" ? "zh-CN" : "en";
  const link = (to: string, text: string) => html`<li><a href="${to}"${to === path ? html` aria-current="page"` : ""}>${text}</a></li>`;
  const inward = session.person && [link("/", say("nav.home")), link("/withdraw", say("nav.withdraw")), link("/activity", say("nav.activity"))];
  return html`<!doctype html>
<html lang="${lang}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · ${say("name")}</title><link rel="stylesheet" href="/style.css"><link rel="icon" href="/icon.svg">${head}</head>
<body>
<header><p class="demo">${say("demo")}</p><div class="bar"><a class="brand" href="/">${say("name")}</a>
<a class="language" href="${path}?lang=${other}" lang="${other}" hreflang="${other}">${say("other_language")}</a>
${session.person ? form(at, "/sign-out", html`<button class="plain">${say("sign_out")}</button>`) : ""}
<nav aria-label="${say("nav.label")}"><ul>${inward}${link("/mailbox", say("nav.mailbox"))}</ul></nav></div></header>
<main><h1>${title}</h1>${inside}</main>
</body></html>`;
}
