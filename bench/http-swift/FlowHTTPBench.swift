import FlowCore
import FlowHTTP
import FlowSpec
import Glibc

/// GETs through flowctl's own HTTP layer, for comparison with `bench/http/multi.c`.
///
/// usage: flow-http-bench URL COUNT IN_FLIGHT; prints requests a second and the peak of resident memory in KiB.
@main struct FlowHTTPBench {
    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count == 4, let count = Int(words[2]), let inFlight = Int(words[3]) else {
            print("usage: flow-http-bench URL COUNT IN_FLIGHT")
            exit(64)
        }
        let client = CurlClient()
        let call = HTTPCall(HTTPRequest("GET", words[1]))
        let start = ContinuousClock.now
        let wrong = try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<inFlight {
                let share = count / inFlight + (worker < count % inFlight ? 1 : 0)
                group.addTask {
                    var wrong = 0
                    for _ in 0..<share where try await client.send(call).status != 200 { wrong += 1 }
                    return wrong
                }
            }
            var all = 0
            for try await one in group { all += one }
            return all
        }
        let seconds = (ContinuousClock.now - start).inSeconds
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        print("\(Int(Double(count) / seconds)) \(usage.ru_maxrss)")
        exit(wrong == 0 ? 0 : 1)
    }
}
