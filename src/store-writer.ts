// The thread that writes: it applies the batches that it is sent, and answers each when it is on the disk.
import { CLOSE } from "./ledger/sqlite/thread-writer.ts";
import { createUnpacker, packReply } from "./ledger/sqlite/wire.ts";
import { openWriter, type WriterPlace } from "./store.ts";

declare const self: Worker;

let writer: ReturnType<typeof openWriter> | null = null;
const unpack = createUnpacker();

self.onmessage = ({ data }: MessageEvent<WriterPlace | unknown[] | typeof CLOSE>) => {
  if (data === CLOSE) {
    writer?.close();
    self.postMessage(CLOSE);
  } else if (!Array.isArray(data)) {
    writer = openWriter(data);
  } else {
    if (writer === null) throw new Error("a batch came before the place of the data");
    const units = unpack(data);
    self.postMessage(packReply(units, writer.apply(units)));
  }
};
