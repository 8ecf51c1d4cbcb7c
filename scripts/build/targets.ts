// The platforms that a release is built for.

export interface ReleaseTarget {
  /** The file's name; Windows' ending is added by the compiler. */
  name: string;
  target: Bun.Build.CompileTarget;
}

/** Linux without a suffix is glibc, as in Debian; musl is for Alpine. */
export const RELEASE_TARGETS: readonly ReleaseTarget[] = [
  { name: "aacflow-linux-x64", target: "bun-linux-x64" },
  { name: "aacflow-linux-x64-musl", target: "bun-linux-x64-musl" },
  { name: "aacflow-linux-arm64", target: "bun-linux-arm64" },
  { name: "aacflow-linux-arm64-musl", target: "bun-linux-arm64-musl" },
  { name: "aacflow-macos-x64", target: "bun-darwin-x64" },
  { name: "aacflow-macos-arm64", target: "bun-darwin-arm64" },
  { name: "aacflow-windows-x64", target: "bun-windows-x64" },
];
