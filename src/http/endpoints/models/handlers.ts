// GET /models and /models/{id}: what the caller may use, with limits and prices.
import { ApiError } from "../../../base/errors.ts";
import { showBalance } from "../../balance.ts";
import { type HttpDeps, jsonResponse, jsonTextResponse, type KeyHandler } from "../../route.ts";
import { modelView } from "./view.ts";

/** Prices may change with the hour of the day, so the list is made anew after this time. */
const LIST_AGE_MS = 60_000;

export function listModelsHandler(deps: HttpDeps): KeyHandler {
  let json = "";
  let madeAtMs = Number.NEGATIVE_INFINITY;
  return async (call) => {
    await showBalance(deps, call);
    if (performance.now() - madeAtMs > LIST_AGE_MS) {
      const now = new Date();
      const data = deps.gateway.catalog.served().map((entry) => modelView(entry, now));
      json = JSON.stringify({ object: "list", data });
      madeAtMs = performance.now();
    }
    return jsonTextResponse(call.scope, json);
  };
}

/** Ids may hold slashes themselves, encoded or not. */
export function getModelHandler(deps: HttpDeps): KeyHandler {
  return async (call) => {
    await showBalance(deps, call);
    const id = decodeId(call.rest);
    const { catalog } = deps.gateway;
    const [deployment] = catalog.candidates(id);
    const entry = catalog
      .all()
      .find(
        ({ deployment: { modelId, providerId } }) =>
          modelId === deployment?.modelId && providerId === deployment.providerId,
      );
    if (deployment === undefined || entry === undefined) throw modelNotFound(id);
    return jsonResponse(call.scope, { ...modelView(entry, new Date()), id });
  };
}

function decodeId(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

function modelNotFound(id: string): ApiError {
  return new ApiError({
    status: 404,
    type: "invalid_request_error",
    code: "model_not_found",
    param: "model",
    message: `The model '${id.slice(0, 200)}' is not supported. GET /models lists those that are.`,
  });
}
