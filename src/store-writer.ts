// The thread that writes: it applies the batches that it is sent, and answers each when it is on the disk.
import type { Unit } from "./ledger/sqlite/batch.ts";
import { CLOSE } from "./ledger/sqlite/thread-writer.ts";
import { openWriter, type StoreCommands, type WriterPlace } from "./store.ts";

declare const self: Worker;

let writer: ReturnType<typeof openWriter> | null = null;

self.onmessage = ({
  data,
}: MessageEvent<WriterPlace | readonly Unit<StoreCommands>[] | typeof CLOSE>) => {
  if (data === CLOSE) {
    writer?.close();
    self.postMessage(CLOSE);
  } else if ("dataDir" in data) {
    writer = openWriter(data);
  } else {
    if (writer === null) throw new Error("a batch came before the place of the data");
    self.postMessage(writer.apply(data));
  }
};
