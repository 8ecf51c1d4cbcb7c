// Where a call to Bedrock goes.

const REGION = /^[a-z]{2,5}(?:-[a-z]+)+-\d{1,2}$/;

/** AWS's partitions that have a DNS suffix of their own, by the start of their regions. */
const SUFFIXES: readonly (readonly [string, string])[] = [
  ["cn-", "amazonaws.com.cn"],
  ["eusc-", "amazonaws.eu"],
];

/**
 * The address of Bedrock's runtime in a region.
 * @throws Error when it is not a region's name: a free text would decide the host
 */
export function runtimeBaseUrl(region: string): string {
  if (!REGION.test(region)) {
    throw new Error(`not an AWS region: ${region.slice(0, 40)}`);
  }
  const suffix = SUFFIXES.find(([start]) => region.startsWith(start))?.[1] ?? "amazonaws.com";
  return `https://bedrock-runtime.${region}.${suffix}`;
}

/**
 * The URL of one operation on a model. Ids hold colons, and those of inference profiles are ARNs
 * with slashes: all of it is one segment of the path.
 */
export function operationUrl(
  baseUrl: string,
  model: string,
  operation: "converse" | "converse-stream",
): string {
  return `${baseUrl.replace(/\/+$/, "")}/model/${encodeURIComponent(model)}/${operation}`;
}
