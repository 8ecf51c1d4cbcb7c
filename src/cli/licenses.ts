// `aacflow licenses`: the licences of everything that is embedded in the executable.
import type { Command } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { contextOf } from "./lib/context.ts";
import { printJson, printLines } from "./lib/output.ts";
import components from "./licenses.json" with { type: "json" };

const RULE = "-".repeat(80);

export function addLicenses(program: Command): void {
  program
    .command("licenses")
    .description("print the licences of everything in this executable")
    .action((_options: unknown, command: Command) => {
      if (contextOf(command).json) printJson({ components });
      else printLines(toLines());
    });
}

function toLines(): string[] {
  const { name, version, license } = packageJson;
  return [
    `${name} ${version} is under the ${license} licence. It has in it:`,
    "",
    ...components.map((part) => `  ${part.name} ${part.version} (${part.licence})`),
    ...components.flatMap((part) => [
      "",
      RULE,
      `${part.name} ${part.version} (${part.licence})`,
      "",
      part.text,
    ]),
  ];
}
