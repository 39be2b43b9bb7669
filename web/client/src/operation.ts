import { body } from "./answer.js";
import { own } from "./call.js";
import type { Api, Call } from "./call.js";
import type { HealthOut, ModelsOut } from "./schema.js";

/** How the service does, for whoever runs it. */
export const operation = (api: Api) => ({
  /** Tells how the service does: numbers and moments, nothing personal. */
  getHealth: (call?: Call): Promise<HealthOut> => body(api.GET("/v1/health", own(call))),

  /** Lists the models that the service runs with, and how well they were measured. */
  listModels: (call?: Call): Promise<ModelsOut> => body(api.GET("/v1/models", own(call))),
});
