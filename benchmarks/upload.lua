-- wrk's script: posts the sound in BODY to /upload_audio, each time with other bytes, and prints what
-- came of it as one line of JSON.
--
--   BODY=heart.pcm wrk -t1 -c16 -d5 -s upload.lua http://127.0.0.1:8000/upload_audio
--
-- The lowest bit of the first 48 samples is a number that no other request has: the same bytes of the
-- same device within a minute would be taken for the same recording, and not be classified again
-- (docs/decisions/0021).

local body = assert(io.open(os.getenv("BODY"), "rb")):read("*a")
local low, high, rest = {}, {}, nil
local headers = { ["Content-Type"] = "application/octet-stream", ["Connection"] = "keep-alive" }

function init()
  for i = 0, 47 do low[i] = string.byte(body, 2 * i + 1) end
  rest = string.sub(body, 97)
  for i = 0, 47 do high[i] = string.sub(body, 2 * i + 2, 2 * i + 2) end
  number = os.time() * 100000
end

function request()
  number = number + 1
  local bits, head = number, {}
  for i = 0, 47 do
    head[#head + 1] = string.char(low[i] - low[i] % 2 + bits % 2)
    head[#head + 1] = high[i]
    bits = math.floor(bits / 2)
  end
  return wrk.format("POST", nil, headers, table.concat(head) .. rest)
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "duration_s": %.3f, "p50_ms": %.3f, "p99_ms": %.3f, "failed": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
