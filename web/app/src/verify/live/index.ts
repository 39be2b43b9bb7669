import { MenshenLive } from "./element.js";

export { MenshenLive } from "./element.js";
export type { LiveDoneDetail, LiveEvents, LiveLeftDetail, LiveOverDetail, Offer } from "./events.js";

// Two pages of ours may stand in one document.
if (!customElements.get("menshen-live")) customElements.define("menshen-live", MenshenLive);
