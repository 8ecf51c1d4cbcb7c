// `aacflow requests`: the group of commands that find what became of a request.
import type { Command } from "commander";
import { addRequestsList } from "./list.ts";
import { addRequestsShow } from "./show.ts";

export function addRequests(program: Command): void {
  const requests = program.command("requests").description("find requests and what became of them");
  addRequestsList(requests);
  addRequestsShow(requests);
}
