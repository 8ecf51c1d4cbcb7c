// The doctor: what an operator would check by hand, in one list.
import { reasonOf } from "../../base/operator-error.ts";
import type { Config } from "../../config/schema.ts";
import { configOf } from "../configuration.ts";
import type { Installation } from "../installation.ts";
import type { Check } from "./check.ts";
import { checkDatabase, checkDataFolder } from "./data.ts";
import { checkOpenFiles, checkOutgoingConnections } from "./limits.ts";
import { checkProviders } from "./providers.ts";

/** Checks data folder, database, configuration, providers and limits. It changes nothing, and does not throw. */
export async function examine(installation: Installation): Promise<Check[]> {
  const { dataDir, configFile, env } = installation;
  const data = [checkDataFolder(dataDir), await checkDatabase(dataDir)];
  let config: Config;
  try {
    config = configOf(installation);
  } catch (error) {
    // Everything else depends on the configuration.
    return [...data, { name: "configuration", status: "fail", detail: reasonOf(error) }];
  }
  const detail = configFile === null ? "defaults" : `${configFile} is valid`;
  return [
    ...data,
    { name: "configuration", status: "ok", detail },
    ...(await checkProviders(installation, config)),
    checkOpenFiles(config),
    checkOutgoingConnections(config, env),
  ];
}
