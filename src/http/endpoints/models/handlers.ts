// GET /models and /models/{id}: what the caller may use, with limits and prices.
import { ApiError } from "../../../base/errors.ts";
import type { CatalogEntry } from "../../../catalog/build.ts";
import { priceAt } from "../../../catalog/price.ts";
import { type Handler, type HttpDeps, jsonResponse, jsonTextResponse } from "../../route.ts";
import { type RequestScope, setCredits } from "../../scope.ts";
import { pathOf } from "../../target.ts";

/** Prices may change with the hour of the day, so the list is made anew after this time. */
const LIST_AGE_MS = 60_000;

export function listModelsHandler(deps: HttpDeps): Handler {
  let json = "";
  let madeAtMs = Number.NEGATIVE_INFINITY;
  return ({ scope }) => {
    showBalance(deps, scope);
    if (performance.now() - madeAtMs > LIST_AGE_MS) {
      const now = new Date();
      const data = deps.gateway.catalog.served().map((entry) => modelView(entry, now));
      json = JSON.stringify({ object: "list", data });
      madeAtMs = performance.now();
    }
    return jsonTextResponse(scope, json);
  };
}

/** @param prefix the path before the id, ending in a slash; ids may hold slashes themselves, encoded or not. */
export function getModelHandler(deps: HttpDeps, prefix: string): Handler {
  return ({ scope, request }) => {
    showBalance(deps, scope);
    const id = decodeId(pathOf(request).slice(prefix.length));
    const { catalog } = deps.gateway;
    const [deployment] = catalog.resolve(id);
    const entry = catalog
      .all()
      .find(
        ({ deployment: { modelId, providerId } }) =>
          modelId === deployment?.modelId && providerId === deployment.providerId,
      );
    if (deployment === undefined || entry === undefined) throw modelNotFound(id);
    return jsonResponse(scope, { ...modelView(entry, new Date()), id });
  };
}

/** What the two model routes show of an entry; the extra fields are those that other clients already read. */
function modelView(entry: CatalogEntry, now: Date) {
  const { deployment } = entry;
  const { facts } = deployment;
  const price = priceAt(deployment, now);
  const markup = deployment.markupBasisPoints;
  return {
    id: entry.id,
    object: "model",
    created: entry.created,
    owned_by: entry.providerId,
    context_length: facts.contextWindow,
    max_output_tokens: facts.maxOutputTokens,
    capabilities: facts.capabilities,
    pricing: {
      prompt: usdPerToken(price?.input.microPerMtok ?? 0, markup),
      completion: usdPerToken(price?.output.microPerMtok ?? 0, markup),
    },
  };
}

/** Micro-dollars per million tokens are pico-dollars per token; the markup adds four more decimals. */
function usdPerToken(microPerMtok: number, markupBasisPoints: number): string {
  const scaled = BigInt(microPerMtok) * BigInt(10_000 + markupBasisPoints);
  const digits = scaled.toString().padStart(17, "0");
  const decimals = digits.slice(-16).replace(/0+$/, "");
  return decimals === "" ? digits.slice(0, -16) : `${digits.slice(0, -16)}.${decimals}`;
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

function showBalance({ gateway }: HttpDeps, scope: RequestScope): void {
  if (scope.caller === null) return;
  setCredits(scope, 0, gateway.balance(scope.caller.accountId).balanceMicro);
}
