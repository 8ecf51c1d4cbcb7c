// `aacflow openapi`: the API's OpenAPI document on stdout.
import type { Command } from "commander";
import { printJson } from "./lib/output.ts";

export function addOpenApi(program: Command): void {
  program
    .command("openapi")
    .description("print the OpenAPI document, which is JSON with or without --json")
    .action(async () => {
      const { buildOpenApiDocument } = await import("../http/openapi/document.ts");
      printJson(await buildOpenApiDocument());
    });
}
