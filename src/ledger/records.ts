// The names of the records' types, where the command line still looks for them.
import type {
  OpenHold,
  Entry as PortEntry,
  RequestFilter as PortFilter,
  RequestRecord as PortRecord,
} from "./port.ts";

export type Entry = PortEntry;
export type RequestFilter = PortFilter;
export type RequestRecord = PortRecord;
export type RunningRequest = OpenHold;
