// Reads of the store that a request waits for.
import { ApiError, overloaded } from "../base/errors.ts";

/**
 * Returns what `read` does, at once where that needs no wait.
 * @throws ApiError what it was; 503 for trouble of ours with the store, never a 401 or a 404 that would blame the caller
 */
export function fromStore<T>(read: () => T | Promise<T>): T | Promise<T> {
  try {
    const value = read();
    return value instanceof Promise ? value.catch(refuse) : value;
  } catch (error) {
    return refuse(error);
  }
}

function refuse(error: unknown): never {
  if (error instanceof ApiError) throw error;
  throw overloaded("The server's database does not answer at the moment.", { cause: error });
}
