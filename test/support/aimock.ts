// aimock, an upstream that this project did not write, and the environment to use it.
import { LLMock, type MockServerOptions } from "@copilotkit/aimock";

export interface Aimock {
  mock: LLMock;
  /** Gives a test server this upstream as its provider `openai`. */
  env: Record<string, string>;
  stop(): Promise<void>;
}

/** Starts an empty mock on a free port; `mock.on…` and `mock.addFixture` set what it answers. */
export async function startAimock(options: MockServerOptions = {}): Promise<Aimock> {
  const mock = new LLMock({ port: 0, logLevel: "silent", ...options });
  await mock.start();
  return {
    mock,
    env: { OPENAI_API_KEY: "sk-upstream", OPENAI_BASE_URL: `${mock.url}/v1` },
    stop: () => mock.stop(),
  };
}
