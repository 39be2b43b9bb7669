import { html } from "lit";
import type { TemplateResult } from "lit";
import { Problem } from "../../shared/service.js";
import type { LiveLeftDetail, LiveOverDetail } from "../live/index.js";
import { loadingScreen } from "./start.js";
import type { View } from "../view.js";

let loading: Promise<unknown> | undefined;

/** Returns the screen of the live check. Its part of the page is fetched when it is needed: most people come to it, but not first. */
export function liveScreen(view: View): TemplateResult {
  const { model, flow, texts } = view;
  const { service, verification } = flow;
  if (!customElements.get("menshen-live")) {
    void fetchIt(view);
    return loadingScreen(view);
  }
  const left = ({ detail }: CustomEvent<LiveLeftDetail>) => {
    if (detail.way === "support") flow.aside("support");
    else if (detail.way === "other_device") flow.aside("handover");
    else if (detail.way === "without_face") flow.aside("faceless");
    else void flow.refresh();
  };
  // The page around it asks for another token, as everywhere.
  const over = ({ detail }: CustomEvent<LiveOverDetail>) => detail.code === "token_expired" && flow.stuck(new Problem(401, undefined));
  return html`<menshen-live
    lang=${texts.lang} .service=${service.url} .token=${view.token} .verification=${verification}
    offers="without_face other_device support"
    ?inert=${model.busy} @menshen-live-done=${() => flow.refresh()} @menshen-live-over=${over} @menshen-live-left=${left}
  ></menshen-live>`;
}

/** Fetches the check, once; without it the person reads that the service cannot be reached. */
async function fetchIt({ flow }: View): Promise<void> {
  loading ??= import("../live/index.js");
  try {
    await loading;
    flow.set({});
  } catch (error) {
    loading = undefined;
    flow.stuck(error);
  }
}
