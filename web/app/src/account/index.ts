import "./app.js";
import { styles } from "./styles.js";
import { language } from "./texts.js";

document.adoptedStyleSheets = [styles];
document.documentElement.lang = language();
if (!document.querySelector("menshen-account")) document.body.append(document.createElement("menshen-account"));
