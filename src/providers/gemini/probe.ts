// The Gemini Developer API's list of models: the cheapest call that needs the key.
import { endpointUrl } from "../shared/endpoint.ts";
import { asObject, parseJson } from "../shared/json.ts";
import { describeModels, type Probe } from "../shared/probe.ts";
import { type DeveloperEndpointOptions, developerHeaders } from "./endpoint.ts";
import { ERRORS } from "./errors.ts";

/** `GET {base}/models`, which comes in pages. */
export function developerProbe(options: DeveloperEndpointOptions): Probe {
  return {
    url: endpointUrl(options.baseUrl, "models", ""),
    headers: developerHeaders(options, "application/json"),
    errors: ERRORS,
    describe(text) {
      const { models, nextPageToken } = asObject(parseJson(text));
      return describeModels(models, typeof nextPageToken === "string");
    },
  };
}
