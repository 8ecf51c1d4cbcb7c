// Reading SQLite's write-ahead log: where each of its commits ends.

/** Bytes before the first frame, and of each frame before its page. */
export const WAL_HEADER = 32;
export const FRAME_HEADER = 24;

const PAGE_SIZE_AT = 8;
const SALTS_AT = 16;
const FRAME_COMMIT_AT = 4;
const FRAME_SALTS_AT = 8;
const SALTS_BYTES = 8;

export interface Wal {
  /** 0 when there is no whole header. */
  pageSize: number;
  /** Pages in the log, those of an unfinished commit included. */
  frames: number;
  /** Where in the file each commit ends, in order. What stands behind the last is of no effect. */
  commitEnds: number[];
}

/** Frames of an earlier round of the log, whose salts differ, do not count. Checksums are not looked at. */
export function readWal(bytes: Uint8Array): Wal {
  if (bytes.byteLength < WAL_HEADER) return { pageSize: 0, frames: 0, commitEnds: [] };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pageSize = view.getUint32(PAGE_SIZE_AT);
  const commitEnds: number[] = [];
  const salts = Buffer.from(bytes.subarray(SALTS_AT, SALTS_AT + SALTS_BYTES));
  const frameBytes = FRAME_HEADER + pageSize;
  let frames = 0;
  for (let at = WAL_HEADER; at + frameBytes <= bytes.byteLength; at += frameBytes) {
    const frameSalts = at + FRAME_SALTS_AT;
    if (!salts.equals(bytes.subarray(frameSalts, frameSalts + SALTS_BYTES))) break;
    frames++;
    if (view.getUint32(at + FRAME_COMMIT_AT) !== 0) commitEnds.push(at + frameBytes);
  }
  return { pageSize, frames, commitEnds };
}

/** Where the last commit ends; the end of the header when there is none. */
export const lastCommitEnd = (bytes: Uint8Array): number =>
  readWal(bytes).commitEnds.at(-1) ?? WAL_HEADER;
