// The checksums of a release, in the format that `sha256sum --check` reads.
import { basename } from "node:path";

export async function writeChecksums(outfile: string, paths: readonly string[]): Promise<void> {
  const lines = [];
  for (const path of paths) {
    const hash = new Bun.CryptoHasher("sha256").update(await Bun.file(path).arrayBuffer());
    lines.push(`${hash.digest("hex")}  ${basename(path)}\n`);
  }
  await Bun.write(outfile, lines.join(""));
}
