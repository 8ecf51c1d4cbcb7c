// OpenRouter's field `provider`: the caller's wishes about the hosts behind it, which others do not know.
import type { ChatRequest } from "../../base/chat.ts";
import { unsupported } from "../../base/errors.ts";
import { asObject, isGiven } from "./json.ts";

/** The request's field. */
export const PROVIDER_WISHES = "provider";

/**
 * The wishes of a request that goes to a provider which does not act on them.
 * @returns the field's name where it asks for anything, to be told as ignored
 * @throws ApiError 400 for a wish about privacy: a caller must not take it for granted where nobody
 * has promised it
 */
export function unmetWishes(request: ChatRequest): readonly string[] {
  const wishes = request[PROVIDER_WISHES];
  if (!isGiven(wishes)) {
    return [];
  }
  const { data_collection: collection, zdr } = asObject(wishes);
  if (collection === "deny" || zdr === true) {
    const field = `${PROVIDER_WISHES}.${zdr === true ? "zdr" : "data_collection"}`;
    throw unsupported(
      `The provider of this model makes no promise that '${field}' could hold it to. Leave it out, or ask for a model at OpenRouter.`,
      field,
    );
  }
  return Object.keys(asObject(wishes)).length > 0 ? [PROVIDER_WISHES] : [];
}
