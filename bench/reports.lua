-- Sends the bodies of BENCH_BODIES (one JSON object a line) in turn, each with an Idempotency-Key of its own.
local bodies, thread_number = {}, 0
local run = os.getenv("BENCH_RUN")
for line in io.lines(os.getenv("BENCH_BODIES")) do bodies[#bodies + 1] = line end

function setup(thread)
    thread_number = thread_number + 1
    thread:set("number", thread_number)
end

function init()
    sent, refused = 0, 0
end

function request()
    sent = sent + 1
    return wrk.format("POST", "/v1/reports", {
        ["Content-Type"] = "application/json",
        ["Idempotency-Key"] = string.format("%s-%d-%012d", run, number, sent),
    }, bodies[sent % #bodies + 1])
end

function done(summary, latency)
    io.write(string.format('{"requests":%d,"seconds":%.6f,"bad":%d,"p50_us":%.1f,"p99_us":%.1f}\n',
        summary.requests, summary.duration / 1e6,
        summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write
            + summary.errors.timeout, latency:percentile(50), latency:percentile(99)))
end
