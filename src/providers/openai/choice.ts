// What is put right of every choice, of whole answers and of chunks.
import { upstreamError } from "../../base/errors.ts";
import { COMMON_ERRORS } from "../shared/errors.ts";
import { isGiven, isObject, type JsonObject, put } from "../shared/json.ts";
import { dropUsage } from "./usage.ts";

/**
 * Takes usage out of a choice and puts its index right, in place.
 * @param position of the choice in its list, where it names none
 * @returns whether anything changed
 * @throws ApiError when it is no object or holds an error
 */
export function openChoice(
  choice: unknown,
  position: number,
): { choice: JsonObject; changed: boolean } {
  if (!isObject(choice)) {
    throw upstreamError("The provider sent a choice that is not an object.");
  }
  const error = isGiven(choice.error) ? COMMON_ERRORS.fromPayload(choice) : null;
  if (error !== null) {
    throw error;
  }
  const { index } = choice;
  const isPlaced = typeof index === "number" && Number.isSafeInteger(index) && index >= 0;
  const moved = !isPlaced && put(choice, "index", position);
  return { choice, changed: dropUsage(choice) || moved };
}
