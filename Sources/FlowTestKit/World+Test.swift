package import FlowCore
package import FlowSpec
import Synchronization

extension World {
    /// A world for tests: time stands still, randomness repeats, and whatever else isn't given fails with a sentence
    /// that says what was asked of it.
    package static func test(
        http: any HTTPClient = UnexpectedUse(), files: any FileSystem = UnexpectedUse(),
        clock: any WallClock = ManualClock(), processes: any ProcessRunner = UnexpectedUse(),
        random: any RandomSource = SeededRandom(), environment: [String: String] = [:]
    ) -> World {
        World(
            http: http, files: files, clock: clock, processes: processes, random: random, environment: environment)
    }
}

/// Stands where a test expects nothing to happen: each use of it is a failure that names the use.
package struct UnexpectedUse: HTTPClient, FileSystem, ProcessRunner {
    package init() {}

    package func send(_ call: HTTPCall) async throws -> HTTPResponse {
        throw failure("the HTTP request \(call.request.method) \(call.request.url)")
    }

    package func run(_ command: ProcessCommand) async throws -> ProcessResult {
        throw failure("the command \(command.arguments.joined(separator: " "))")
    }

    package func read(_ path: String, limit: Int) throws -> [UInt8] { throw failure("reading \(path)") }
    package func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws { throw failure("writing \(path)") }
    package func append(_ bytes: [UInt8], to path: String) throws { throw failure("appending to \(path)") }
    package func info(_ path: String) throws -> FileInfo? { throw failure("a look at \(path)") }
    package func list(_ path: String) throws -> [String] { throw failure("listing \(path)") }
    package func createFolder(_ path: String) throws { throw failure("creating the folder \(path)") }
    package func delete(_ path: String, recursive: Bool) throws { throw failure("deleting \(path)") }
    package func move(_ path: String, to destination: String) throws { throw failure("moving \(path)") }
    package func copy(_ path: String, to destination: String) throws { throw failure("copying \(path)") }

    private func failure(_ use: String) -> Failure { Failure(.internal, "this test did not expect \(use)") }
}

/// An HTTP client that a closure answers for, and that keeps the calls it got.
package final class ScriptedHTTP: HTTPClient {
    private let answer: @Sendable (HTTPCall) async throws -> HTTPResponse
    private let log = Mutex<[HTTPCall]>([])

    package init(_ answer: @escaping @Sendable (HTTPCall) async throws -> HTTPResponse) { self.answer = answer }

    /// Gives these results one after the other; a call too many fails with a sentence.
    package convenience init(_ results: [Result<HTTPResponse, Failure>]) {
        let next = Mutex(0)
        self.init { call in
            let index = next.withLock { count in
                defer { count += 1 }
                return count
            }
            guard index < results.count else { return try await UnexpectedUse().send(call) }
            return try results[index].get()
        }
    }

    package var calls: [HTTPCall] { log.withLock { $0 } }

    package func send(_ call: HTTPCall) async throws -> HTTPResponse {
        log.withLock { $0.append(call) }
        return try await answer(call)
    }
}

/// Keeps what a node logs.
package final class RecordedLog: LogSink {
    private let state = Mutex<(lines: [String], attempts: [HTTPAttempt])>(([], []))

    package init() {}

    /// Each remark as `level: message`.
    package var lines: [String] { state.withLock { $0.lines } }
    package var attempts: [HTTPAttempt] { state.withLock { $0.attempts } }

    package func log(_ level: LogLevel, _ message: String) {
        state.withLock { $0.lines.append("\(level.rawValue): \(message)") }
    }

    package func attempt(_ record: HTTPAttempt) { state.withLock { $0.attempts.append(record) } }

    package func waiting(_ wait: HTTPWait) {
        state.withLock { $0.lines.append("waiting: \(wait.duration.humanText) for \(wait.reason)") }
    }
}
