// What an operator administers: a data folder, a configuration and the environment of the program.
import { OperatorError } from "../base/operator-error.ts";
import { ConfigError } from "../config/config-error.ts";
import { hasData, openStore, PATIENT, type Store } from "../store.ts";

export interface Installation {
  dataDir: string;
  /** Null for defaults alone. */
  configFile: string | null;
  env: Record<string, string | undefined>;
}

/**
 * Opens the data folder, which must exist, for one piece of work, and closes it whatever happens.
 * @throws OperatorError when there is no data yet or it cannot be opened.
 */
export async function withStore<T>(
  { dataDir }: Pick<Installation, "dataDir">,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  if (!hasData(dataDir)) {
    throw new OperatorError(
      `there is no data in ${dataDir}: name the folder with --data or AACFLOW_DATA, ` +
        "or make the first key with: aacflow keys create --name NAME",
    );
  }
  return withNewStore({ dataDir }, work);
}

/** The same, but makes the folder where there is none. */
export async function withNewStore<T>(
  { dataDir }: Pick<Installation, "dataDir">,
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = await openStore(dataDir, PATIENT);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Runs what may find the configuration at fault. @throws ConfigError that names the file. */
export function underConfig<T>({ configFile }: Installation, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ConfigError) || configFile === null) throw error;
    throw new ConfigError(`${configFile}: ${error.message}`, { cause: error });
  }
}
