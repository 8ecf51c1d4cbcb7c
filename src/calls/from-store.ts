// Reads of the store that a request waits for.
import { ApiError, overloaded } from "../base/errors.ts";

/** Trouble of ours with the store is a 503, never a 401 or a 404 that would blame the caller. */
export async function fromStore<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw overloaded("The server's database does not answer at the moment.", { cause: error });
  }
}
