// Bedrock's dialect, its region and credentials from the environment, as AWS's own tools read them.
import { defineDialect } from "../define.ts";
import { type Environment, readVariable, requireVariable } from "../environment.ts";
import { createBedrockAdapter } from "./adapter.ts";
import type { AwsCredentials } from "./headers.ts";

export const AWS_REGION = ["AWS_REGION", "AWS_DEFAULT_REGION"] as const;

export const BEDROCK = defineDialect({
  name: "bedrock",
  findsAddress: true,
  configurable: false,
  connect(options) {
    const { env, apiKey } = options;
    const region = requireVariable(env, AWS_REGION);
    return createBedrockAdapter({ ...options, region, credentials: readCredentials(env, apiKey) });
  },
});

/** The provider's key is Bedrock's own, unless it is the id of an access key, which signs. */
function readCredentials(env: Environment, apiKey: string | null): AwsCredentials {
  const accessKeyId = readVariable(env, ["AWS_ACCESS_KEY_ID"]);
  if (apiKey !== null && apiKey !== accessKeyId) return { bearerToken: apiKey };
  return {
    accessKeyId: requireVariable(env, ["AWS_ACCESS_KEY_ID"]),
    secretAccessKey: requireVariable(env, ["AWS_SECRET_ACCESS_KEY"]),
    sessionToken: readVariable(env, ["AWS_SESSION_TOKEN"]),
  };
}
