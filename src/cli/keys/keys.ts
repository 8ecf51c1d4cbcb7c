// `aacflow keys`: the group of commands on API keys.
import type { Command } from "commander";
import { addKeysCreate } from "./create.ts";
import { addKeysList } from "./list.ts";
import { addKeysRevoke } from "./revoke.ts";
import { addKeysRotate } from "./rotate.ts";

export function addKeys(program: Command): void {
  const keys = program.command("keys").description("make, list, revoke and rotate API keys");
  addKeysCreate(keys);
  addKeysList(keys);
  addKeysRevoke(keys);
  addKeysRotate(keys);
}
