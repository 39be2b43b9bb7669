import type { TemplateResult } from "lit";
import type { Screen } from "../model.js";
import type { View } from "../view.js";
import { appealScreen } from "./appeal.js";
import { documentScreen, formScreen } from "./data.js";
import { handoverScreen } from "./handover.js";
import { liveScreen } from "./live.js";
import { processingScreen, resultScreen, submitScreen } from "./outcome.js";
import { cameraScreen, prepareScreen, reviewScreen } from "./photo.js";
import { consentScreen, facelessScreen, loadingScreen } from "./start.js";
import { supportScreen } from "./support.js";
import { troubleScreen } from "./trouble.js";

/** Returns a screen. */
export function screenFor(view: View, screen: Screen): TemplateResult {
  switch (screen.at) {
    case "loading":
      return loadingScreen(view);
    case "consent":
      return consentScreen(view);
    case "document":
      return documentScreen(view);
    case "form":
      return formScreen(view);
    case "prepare":
      return prepareScreen(view, screen.part);
    case "camera":
      return cameraScreen(view, screen.part);
    case "review":
      return reviewScreen(view, screen.part);
    case "liveness":
      return liveScreen(view);
    case "submit":
      return submitScreen(view);
    case "processing":
      return processingScreen(view);
    case "result":
      return resultScreen(view);
    case "handover":
      return handoverScreen(view);
    case "appeal":
      return appealScreen(view);
    case "faceless":
      return facelessScreen(view);
    case "support":
      return supportScreen(view);
    case "trouble":
      return troubleScreen(view, screen.trouble);
  }
}
