// The program's version and that of the runtime it runs on.
import packageJson from "../../package.json" with { type: "json" };

export const versionText = `${packageJson.name} ${packageJson.version} (Bun ${Bun.version})`;
