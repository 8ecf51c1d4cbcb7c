// What Prometheus reads: its text format, and figures that are sums of what happened.
import { describe, expect, test } from "bun:test";
import { EndedRequests } from "../../src/telemetry/ended-requests.ts";
import { counter, exposition, gauge, histogram } from "../../src/telemetry/prometheus.ts";

describe("the text", () => {
  test("has each family's head and lines, an empty line between two, and an end", () => {
    const asked = counter("asked_total", "Asked.", ["who", "how"]);
    asked.of("a", "x").add(1);
    asked.of("b", "x").add(0);
    asked.of("a", "x").add(2.5);
    const never = counter("never_total", "Never.", ["who"]);
    const plain = counter("plain_total", "Plain.", []);
    const open = gauge("open", "Open.", () => 7);
    expect(exposition([asked, never, plain, open])).toBe(
      `# HELP asked_total Asked.
# TYPE asked_total counter
asked_total{who="a",how="x"} 3.5
asked_total{who="b",how="x"} 0

# HELP never_total Never.
# TYPE never_total counter

# HELP plain_total Plain.
# TYPE plain_total counter
plain_total 0

# HELP open Open.
# TYPE open gauge
open 7
`,
    );
  });

  test("keeps a label's value in its place, whatever it holds", () => {
    const asked = counter("asked_total", "Asked.", ["code"]);
    asked.of('"} 5\nfree_total{x="\\').add(1);
    expect(asked.lines()).toEqual(['asked_total{code="\\"} 5\\nfree_total{x=\\"\\\\"} 1']);
  });

  test("does not take two values for one where only their border differs", () => {
    const asked = counter("asked_total", "Asked.", ["a", "b"]);
    asked.of('x",b="y', "z").add(1);
    asked.of("x", 'y",b="z').add(1);
    expect(asked.lines()).toHaveLength(2);
  });

  test("counts a value in each bucket from its own on, a bound in its own", () => {
    const seconds = histogram("took", "Took.", ["who"], [0.1, 1]);
    for (const value of [0.05, 0.1, 0.5, 1, 1.5, 100]) seconds.of("a").observe(value);
    expect(seconds.lines()).toEqual([
      'took_bucket{le="0.1",who="a"} 2',
      'took_bucket{le="1",who="a"} 4',
      'took_bucket{le="+Inf",who="a"} 6',
      `took_sum{who="a"} ${0.05 + 0.1 + 0.5 + 1 + 1.5 + 100}`,
      'took_count{who="a"} 6',
    ]);
    const bare = histogram("took", "Took.", [], [1]);
    bare.of().observe(2);
    expect(bare.lines()).toEqual([
      'took_bucket{le="1"} 0',
      'took_bucket{le="+Inf"} 1',
      "took_sum 2",
      "took_count 1",
    ]);
  });

  test.each([Number.NaN, -1, Infinity])("a count never takes %d", (amount) => {
    const plain = counter("plain_total", "Plain.", []);
    expect(() => plain.of().add(amount)).toThrow(RangeError);
    expect(plain.lines()).toEqual(["plain_total 0"]);
  });

  test.each([Number.NaN, Infinity, -Infinity])("a distribution never takes %d", (value) => {
    const seconds = histogram("took", "Took.", [], [1]);
    expect(() => seconds.of().observe(value)).toThrow(RangeError);
    expect(seconds.of()).toMatchObject({ counts: [0, 0], sum: 0 });
  });
});

describe("requests that have ended", () => {
  const REQUEST = {
    providerId: "p",
    ending: "completed",
    source: "reported" as const,
    usage: { promptTokens: 10, completionTokens: 2 },
    chargedMicro: 30,
    shortfallMicro: 0,
    unbilledMicro: 0,
    firstEventMs: 40,
    durationMs: 200,
  };
  const FREE = {
    ...REQUEST,
    ending: "upstream_failed",
    source: "none" as const,
    usage: null,
    chargedMicro: 0,
    firstEventMs: null,
  };
  /** The lines that are not 0, without the histograms' buckets. */
  function told(requests: EndedRequests): string[] {
    const lines = requests.families.flatMap((family) => family.lines());
    return lines.filter((line) => !line.includes("_bucket") && !line.endsWith(" 0")).toSorted();
  }

  test("are summed by provider, ending and source", () => {
    const requests = new EndedRequests();
    requests.add(REQUEST);
    requests.add({ ...REQUEST, durationMs: 300 });
    requests.add({ ...REQUEST, ending: "client_left", source: "estimated" });
    requests.add({ ...REQUEST, providerId: "q", usage: { promptTokens: 0, completionTokens: 5 } });
    requests.add(FREE);
    expect(told(requests)).toEqual([
      'aacflow_charged_micro_total{provider="p",usage_source="estimated"} 30',
      'aacflow_charged_micro_total{provider="p",usage_source="reported"} 60',
      'aacflow_charged_micro_total{provider="q",usage_source="reported"} 30',
      'aacflow_request_duration_seconds_count{provider="p"} 4',
      'aacflow_request_duration_seconds_count{provider="q"} 1',
      'aacflow_request_duration_seconds_sum{provider="p"} 0.8999999999999999',
      'aacflow_request_duration_seconds_sum{provider="q"} 0.2',
      'aacflow_requests_ended_total{provider="p",ending="client_left"} 1',
      'aacflow_requests_ended_total{provider="p",ending="completed"} 2',
      'aacflow_requests_ended_total{provider="p",ending="upstream_failed"} 1',
      'aacflow_requests_ended_total{provider="q",ending="completed"} 1',
      'aacflow_requests_usage_total{provider="p",usage_source="estimated"} 1',
      'aacflow_requests_usage_total{provider="p",usage_source="none"} 1',
      'aacflow_requests_usage_total{provider="p",usage_source="reported"} 2',
      'aacflow_requests_usage_total{provider="q",usage_source="reported"} 1',
      'aacflow_time_to_first_event_seconds_count{provider="p"} 3',
      'aacflow_time_to_first_event_seconds_count{provider="q"} 1',
      'aacflow_time_to_first_event_seconds_sum{provider="p"} 0.12',
      'aacflow_time_to_first_event_seconds_sum{provider="q"} 0.04',
      'aacflow_tokens_total{provider="p",direction="input"} 30',
      'aacflow_tokens_total{provider="p",direction="output"} 6',
      'aacflow_tokens_total{provider="q",direction="output"} 5',
    ]);
  });

  test("have no series of what none of them had", () => {
    const requests = new EndedRequests();
    requests.add(FREE);
    const text = exposition(requests.families);
    for (const name of ["charged_micro_total", "tokens_total", "time_to_first_event_seconds"]) {
      expect(text).toContain(`# TYPE aacflow_${name} `);
      expect(text).not.toMatch(new RegExp(`^aacflow_${name}`, "m"));
    }
  });

  test("tell what was written off, and why", () => {
    const requests = new EndedRequests();
    requests.add({ ...REQUEST, shortfallMicro: 5 });
    requests.add({ ...REQUEST, unbilledMicro: 7 });
    requests.add({ ...REQUEST, shortfallMicro: 1, unbilledMicro: 2 });
    expect(told(requests).filter((line) => /shortfalls|written/.test(line))).toEqual([
      "aacflow_shortfalls_total 2",
      'aacflow_written_off_micro_total{reason="beyond_deposit"} 9',
      'aacflow_written_off_micro_total{reason="shortfall"} 6',
    ]);
  });
});
