// What an operator reads when the configuration is wrong: file, line, setting, and what is expected there.
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { ConfigError } from "../../src/config/config-error.ts";
import { loadConfig } from "../../src/config/load.ts";
import { configSchema } from "../../src/config/schema.ts";

const folder = mkdtempSync(join(tmpdir(), "aacflow-config-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

type Sources = Partial<Parameters<typeof loadConfig>[0]>;

/** The message for a file's text, without the folder in it. */
function failure(name: string, text: string, sources: Sources = {}): string {
  const file = write(name, text);
  return messageOf(() => loadConfig({ file, env: {}, ...sources })).replaceAll(`${folder}/`, "");
}

function messageOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error("nothing was wrong");
}

describe("the text", () => {
  test.each([
    ["a.yaml", "server:\n  port: 1\n  port: 2\n", "line 3: this setting stands here twice"],
    ["a.yaml", "server: {}\nlimits: {}\nserver: {}\n", "line 3: this setting stands here twice"],
    ["a.yaml", "server:\n  host: [1,\nlimits: {}\n", "line "],
    ["a.yaml", "server:\n\tport: 1\n", "line 2: "],
    ["a.yaml", "a: *nothing\n", "line 1: "],
    ["a.yaml", "a: 1\n---\nb: 2\n", "line "],
    ["a.json", '{\n  "server": {},\n  "server": {}\n}', "line 3: this setting stands here twice"],
    ["a.jsonc", '{\n  // one\n  "server": {"port": 1, "port": 2}}', "line 3: this setting"],
    ["a.json", '{\n  "server": {"port" 1}\n}', "line 2: "],
    ["a.json", '{\n  "server": nonsense\n}', "line 2: "],
    ["a.toml", "[server]\nport = 1\nport = 2\n", "line 3: "],
    ["a.toml", "[server]\nport =\n", "line 2: "],
  ])("%s %j is refused", (name, text, expected) => {
    expect(failure(name, text)).toStartWith(`cannot read the configuration ${name}: ${expected}`);
  });

  test.each([
    ["a.yaml", "server:\n  port: 7 # seven\n"],
    ["a.yml", "limits: {tools: &seven 7}\nserver: {port: *seven}\n"],
    ["a.json", '{"server":{"port":7}}'],
    [
      "a.jsonc",
      '{\n\t// "a": 1,\n\t"server": {\n\t\t"port": 7, /* { */\n\t\t"host": "h//x"\n\t},\n}\n',
    ],
    ["a.toml", "[server]\nport = 7\n"],
  ])("%s %j is read", (name, text) => {
    expect(loadConfig({ file: write(name, text), env: {} }).server.port).toBe(7);
  });

  test.each([
    ["a.yaml", ""],
    ["a.yaml", "# nothing yet\n"],
    ["a.json", "{}"],
    ["a.toml", ""],
  ])("%s %j is the defaults", (name, text) => {
    const defaults = loadConfig({ file: null, env: {} });
    expect(loadConfig({ file: write(name, text), env: {} })).toEqual(defaults);
  });

  test("a file that is not there, or of another kind, is named", () => {
    const file = join(folder, "missing.yaml");
    expect(messageOf(() => loadConfig({ file, env: {} }))).toContain(file);
    expect(failure("a.ini", "x")).toBe(
      "cannot read the configuration a.ini: its name must end in .yaml, .yml, .json, .jsonc or .toml",
    );
  });

  test("what is wrong in it is never repeated", () => {
    const secret = "sk-secret-0123456789";
    for (const text of [`apiKey: "${secret}\n`, `a: ${secret}\na: ${secret}\n`, `${secret}: [\n`]) {
      expect(failure("a.yaml", text)).not.toContain(secret);
    }
    const inline = `{"providers": {"openai": {"apiKey": "${secret}", "apiKeyEnv": "${secret}"}}}`;
    expect(failure("a.json", inline)).not.toContain(secret);
  });
});

describe("a setting", () => {
  test.each([
    ["server:\n  prot: 1", "line 2: server.prot: unknown setting; expected one of host, port, "],
    ["provider: {}", "line 1: provider: unknown setting; expected one of server, limits, "],
    ["server: 7", "line 1: server: expected settings, got number"],
    ["providers:\n  openai:", "line 2: providers.openai: expected settings, got null"],
    ["[]", "expected settings, got array"],
    ["server:\n  port: '4000'", "line 2: server.port: expected number, got string"],
    ["server:\n  port: 4.5", "line 2: server.port: expected a whole number, got number"],
    ["server:\n  port: 70000", "line 2: server.port: expected number to be <=65535"],
    ["server:\n  logLevel: loud", 'line 2: server.logLevel: expected one of "fatal"|"error"'],
    ["markupPercent: 1.234", "line 1: markupPercent: expected at most 2 decimals"],
    [
      "providers:\n  openai:\n    baseUrl: localhost",
      "line 3: providers.openai.baseUrl: expected a URL that begins with http:// or https://",
    ],
    [
      "providers:\n  openai:\n    proxyUrl: 'http://'",
      "line 3: providers.openai.proxyUrl: expected a URL that begins with http:// or https://",
    ],
    [
      "providers:\n  openai:\n    baseUrl: https://u:p@h/",
      "line 3: providers.openai.baseUrl: credentials do not belong in a URL",
    ],
    [
      "providers:\n  openai:\n    apiKey: x",
      "line 3: providers.openai.apiKey: keys do not belong in the file: name the environment " +
        "variable that holds it with providers.openai.apiKeyEnv",
    ],
    ["providers:\n  groq:\n    api_key: x", "line 3: providers.groq.api_key: keys do not belong"],
    [
      "providers:\n  groq:\n    apiKeyEnv: gsk-0123",
      "line 3: providers.groq.apiKeyEnv: expected the name of an environment variable, not a key",
    ],
    ["providers:\n  My Own: {}", "line 2: providers.My Own: expected a name of small letters"],
    [
      "providers:\n  o:\n    passFields: 7",
      "line 3: providers.o.passFields: expected boolean, got number, or expected array, got number",
    ],
    [
      "models:\n  m:\n    price: {inputPerMtok: true, outputPerMtok: 1}",
      "line 3: models.m.price.inputPerMtok: expected string, got boolean, or expected number",
    ],
    [
      "models:\n  m:\n    price: {inputPerMtok: 1}",
      "line 3: models.m.price.outputPerMtok: expected",
    ],
  ])("%j is refused", (text, expected) => {
    expect(failure("a.yaml", text)).toStartWith(`a.yaml: ${expected}`);
  });

  test.each([
    [
      "[server]\n\n# Where to listen.\nport = 'x'",
      "line 4: server.port: expected number, got string",
    ],
    ["server.host = 'h'\r\nserver.port = 'x'\r\n", "line 2: server.port: expected number"],
    ["[server]\nprot = 1", "line 2: server.prot: unknown setting; expected one of host, "],
    [
      "[server]\ncorsOrigins = [\n  'https://a.b',\n  'x',\n]",
      "line 2: server.corsOrigins.1: expected",
    ],
    ['[server]\nhost = """\na\nb"""\nport = true', "line 5: server.port: expected number"],
    ["a = 1\n[server]", "line 1: a: unknown setting"],
    [
      "[limits]\ntools = 5\n[models.m]\nprice = {inputPerMtok = 1}",
      "line 4: models.m.price.outputPerMtok",
    ],
    ["\nmarkupPercent = 1.234", "line 2: markupPercent: expected at most 2 decimals"],
  ])("%j in TOML is refused", (text, expected) => {
    expect(failure("a.toml", text)).toStartWith(`a.toml: ${expected}`);
  });

  test("each wrong one is told, in one message", () => {
    const message = failure("a.yaml", "server:\n  port: x\n  host: 1\nlimits:\n  tools: 0\n");
    expect(message).toContain("line 2: server.port: expected");
    expect(message).toContain("; line 3: server.host: expected");
    expect(message).toContain("; line 5: limits.tools: expected");
  });

  test.each(["a.yaml", "a.json"])(
    "in %s is told although the command line overrides it",
    (name) => {
      const text = '{\n"server": {\n"port": "x"}}';
      const sources = { env: { AACFLOW_PORT: "1" }, server: { port: 2 } };
      expect(failure(name, text, sources)).toBe(
        `${name}: line 3: server.port: expected number, got string`,
      );
    },
  );

  test.each([
    [{ env: { AACFLOW_PORT: "abc" } }, "AACFLOW_PORT: expected number, got NaN"],
    [{ env: { AACFLOW_PORT: "70000" } }, "AACFLOW_PORT: expected number to be <=65535"],
    [
      { env: { AACFLOW_PORT: "abc" }, server: { port: 1 } },
      "AACFLOW_PORT: expected number, got NaN",
    ],
    [{ env: {}, server: { host: "" } }, "--host: expected string to have >=1 characters"],
  ])("of %j is named by where it was set", (sources, expected) => {
    expect(messageOf(() => loadConfig({ file: null, ...sources }))).toBe(expected);
  });
});

test("a wrong value of any setting is refused with its line, its path and what is expected", () => {
  const schema = z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" });
  const paths = settingPaths(schema);
  expect(paths.length).toBeGreaterThan(60);
  for (const path of paths) {
    // No setting takes an empty list within a list.
    const text = path.reduceRight<unknown>((value, key) => ({ [key]: value }), [[[]]]);
    const message = failure("a.json", JSON.stringify(text, null, 1));
    expect(message).toMatch(/^a\.json: line \d+: /);
    expect(message, path.join(".")).toContain(path.join("."));
    expect(message, path.join(".")).toContain("expected");
  }
});

function settingPaths(schema: z.core.JSONSchema.BaseSchema, path: string[] = []): string[][] {
  const children = Object.entries(schema.properties ?? {}).map(([key, child]) => ({ key, child }));
  const { additionalProperties } = schema;
  if (typeof additionalProperties === "object") {
    children.push({ key: "name", child: additionalProperties });
  }
  const below = children.flatMap(({ key, child }) =>
    typeof child === "object" ? settingPaths(child, [...path, key]) : [],
  );
  return path.length === 0 ? below : [path, ...below];
}
