-- Sends one chat request again and again, with one key after the other, and prints what came of it as JSON.
-- Arguments: a file with the request's body, a file with a key a line.
local wires, turn = {}, 0

function init(args)
  local body = assert(io.open(args[1])):read("*a")
  for key in io.lines(args[2]) do
    local headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. key }
    wires[#wires + 1] = wrk.format("POST", nil, headers, body)
  end
end

function request()
  turn = turn % #wires + 1
  return wires[turn]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('\n{"failed":%d,"p50Us":%d,"p99Us":%d}\n',
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
