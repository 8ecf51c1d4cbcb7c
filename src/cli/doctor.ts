// `aacflow doctor`: what an operator would check by hand, in one list.
import type { Command } from "commander";
import type { Check } from "../operator/doctor/check.ts";
import { contextOf } from "./lib/context.ts";
import { printJson, printLines } from "./lib/output.ts";
import { tableLines } from "./lib/table.ts";

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("check data folder, database, configuration, providers and limits")
    .action(async (_options: unknown, command: Command) => {
      const context = contextOf(command);
      // Loaded here, so that other commands start without the weight of the providers.
      const { examine } = await import("../operator/doctor/doctor.ts");
      const checks = await examine(context);
      const failed = checks.filter(({ status }) => status === "fail");
      if (context.json) printJson({ ok: failed.length === 0, checks });
      else printLines(toLines(checks));
      if (failed.length > 0) {
        throw new Error(`failed: ${failed.map(({ name }) => name).join(", ")}`);
      }
    });
}

function toLines(checks: readonly Check[]): string[] {
  const rows = checks.map(({ name, status, detail }) => [status, name, detail]);
  return tableLines([{ title: "STATUS" }, { title: "CHECK" }, { title: "DETAIL" }], rows);
}
