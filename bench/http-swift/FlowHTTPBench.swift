import FlowCore
import FlowHTTP
import FlowNodes
import FlowSpec
import Glibc

/// GETs through flowctl's own HTTP layer, for comparison with `bench/http/multi.c`.
///
/// usage: flow-http-bench curl|whole URL COUNT IN_FLIGHT [CA_FILE]; prints requests a second and the mean of their times
/// in milliseconds. With `curl` the requests go straight to the transport, with `whole` through all that a run puts
/// around it: downloads, retries, limits, breakers and the cache.
@main struct FlowHTTPBench {
    static func main() async throws {
        let words = CommandLine.arguments
        guard (5...6).contains(words.count), ["curl", "whole"].contains(words[1]), let count = Int(words[3]),
            let inFlight = Int(words[4])
        else {
            print("usage: flow-http-bench curl|whole URL COUNT IN_FLIGHT [CA_FILE]")
            exit(64)
        }
        let client: any HTTPClient = words[1] == "curl" ? CurlClient() : whole()
        var call = HTTPCall(HTTPRequest("GET", words[2]))
        call.route.caFile = words.count == 6 ? words[5] : nil
        call.usesCache = true
        let start = ContinuousClock.now
        let spent = try await withThrowingTaskGroup(of: Duration.self) { [call] group in
            for worker in 0..<inFlight {
                let share = count / inFlight + (worker < count % inFlight ? 1 : 0)
                group.addTask { try await get(call, share, with: client) }
            }
            var spent = Duration.zero
            for try await one in group { spent += one }
            return spent
        }
        let seconds = (ContinuousClock.now - start).inSeconds
        print("\(Int(Double(count) / seconds)) \((spent / count).inSeconds * 1000)")
    }

    /// The layers of a run, with what they remember in memory.
    private static func whole() -> DownloadClient {
        let (clock, random) = (SystemClock(), SystemRandom())
        let traffic = TrafficControl(records: ProcessRecords(), clock: clock, random: random)
        let caching = CachingClient(CurlClient(), store: MemoryResponses())
        return DownloadClient(RetryingClient(caching, traffic: traffic, clock: clock, random: random))
    }

    /// One request after the other; gives how long they took in all.
    private static func get(_ call: HTTPCall, _ count: Int, with client: any HTTPClient) async throws -> Duration {
        var spent = Duration.zero
        for _ in 0..<count {
            let begun = ContinuousClock.now
            guard try await client.send(call).status == 200 else { throw Failure(.protocolError, "not 200") }
            spent += ContinuousClock.now - begun
        }
        return spent
    }
}
