import { styles as account } from "../account/styles.js";
import "./app.js";
import { styles } from "./styles.js";
import { language } from "./texts.js";

export { Diagnosis } from "./diagnosis.js";

/** Keeps this page for times without network; a browser that cannot only lacks that. */
const WORKER = "/web/help-worker.js";

document.adoptedStyleSheets = [...document.adoptedStyleSheets, account, styles];
// Another page that shows the diagnosis alone has its element already.
if (!document.querySelector("menshen-help, menshen-diagnosis")) {
  document.documentElement.lang = language();
  document.body.append(document.createElement("menshen-help"));
}
if ("serviceWorker" in navigator) void navigator.serviceWorker.register(WORKER, { scope: "/help" }).catch(() => undefined);
