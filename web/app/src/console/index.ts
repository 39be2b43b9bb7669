import base from "./style/base.css?inline";
import plots from "./style/plots.css?inline";
import layout from "./style/layout.css?inline";
import review from "./style/case.css?inline";
import operate from "./style/operate.css?inline";
import "./app";
import { language } from "./texts";

document.adoptedStyleSheets = [base, layout, review, plots, operate].map((text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
});
document.documentElement.lang = language();
if (!document.querySelector("menshen-console")) document.body.append(document.createElement("menshen-console"));
