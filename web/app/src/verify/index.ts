import { MenshenVerify } from "./element.js";

export { MenshenVerify } from "./element.js";
export type { ErrorDetail, ResultDetail, StepDetail, VerifyEvents } from "./events.js";

// A page may load the script twice.
if (!customElements.get("menshen-verify")) customElements.define("menshen-verify", MenshenVerify);
