package import FlowCore

/// Everything outside flowctl that a node may touch. Nothing below the command line reaches it any other way.
package struct World: Sendable {
    package var http: any HTTPClient
    package var files: any FileSystem
    package var clock: any WallClock
    package var processes: any ProcessRunner
    package var random: any RandomSource
    /// Connections to servers of databases and mail.
    package var connections: ConnectionPools
    /// The process's own environment variables.
    package var environment: [String: String]
    /// Names of variables that are not UTF-8 text, and not in ``environment``.
    package var unreadableVariables: Set<String>

    package init(
        http: any HTTPClient, files: any FileSystem, clock: any WallClock, processes: any ProcessRunner,
        random: any RandomSource, environment: [String: String] = [:], unreadableVariables: Set<String> = []
    ) {
        self.http = http
        self.files = files
        self.clock = clock
        self.processes = processes
        self.random = random
        connections = ConnectionPools(clock: clock)
        self.environment = environment
        self.unreadableVariables = unreadableVariables
    }

    /// Ends what is kept until the work is over: idle connections, and what other processes are to be told.
    package func close() async {
        await connections.close()
        await http.finish()
    }
}

/// Sends HTTP requests. Decorators of it add retries, limits and caches.
package protocol HTTPClient: Sendable {
    /// - Returns: any response that arrived whole, whatever its status; where the call has a `classify` that finds a
    ///   failure in it and retries are used up, that failure is thrown.
    /// - Throws: a `Failure`: `network`, `tls`, `timeout`, `protocol`, `uncertain` or what `classify` said.
    func send(_ call: HTTPCall) async throws -> HTTPResponse

    /// Called when there is nothing more to send for now: lets other processes know of what has been sent.
    func finish() async
}

extension HTTPClient {
    package func finish() async {}
}

/// A request with all that decides how it is sent and repeated.
package struct HTTPCall: Sendable {
    /// Where the body of the response goes.
    package enum Destination: Sendable {
        /// At most this many bytes; more is a failure of kind `protocol` with the code `too_large`.
        case memory(limit: Int)
        /// A file that has this name only when it is whole and nothing objects to it; at most `limit` bytes, and of
        /// that digest, where given.
        case file(path: String, limit: Int64? = nil, digest: ContentDigest? = nil)
        /// What one layer hands to the next below it.
        case sink(any BodySink)
    }

    package struct Timeouts: Sendable, Hashable {
        package var connect: Duration
        /// The whole exchange; nil is no bound.
        package var total: Duration?
        /// How long no byte may move.
        package var stall: Duration
        /// Whether ``stall`` is the caller's own.
        package let isStallChosen: Bool
        /// How long none may move until the answer begins, where that is longer than ``stall``.
        package var answer: Duration?

        /// - Parameter stall: 30 seconds where it is left out.
        package init(
            connect: Duration = .seconds(10), total: Duration? = nil, stall: Duration? = nil, answer: Duration? = nil
        ) {
            self.connect = connect
            self.total = total
            self.stall = stall ?? .seconds(30)
            isStallChosen = stall != nil
            self.answer = answer
        }

        /// How long no byte may move.
        ///
        /// - Parameter isAwaited: whether the request has been sent, and its answer has not begun.
        package func stall(isAwaited: Bool) -> Duration {
            isAwaited ? max(stall, answer ?? stall) : stall
        }
    }

    package var request: HTTPRequest
    package var effect: Effect
    package var retry: RetryPolicy
    package var timeouts: Timeouts
    package var destination: Destination
    /// Whether the request carries a key that makes a repeated write safe.
    package var hasIdempotencyKey: Bool
    /// How many redirects are followed; secrets are dropped on a redirect to another origin.
    package var maximumRedirects: Int
    package var route: HTTPRoute
    /// Whose secrets the request carries; limits are counted for each credential.
    package var credential: Credential?
    /// How often the service may be asked for this; nil where its connector doesn't say.
    package var limit: RequestLimit?
    /// Whether a response may be stored, and asked for again only if it has changed.
    package var usesCache = false
    /// Whether the cache has added conditions to the request, which are for its own address and for no other.
    package var asksForChange = false
    /// Whether a part of the file is asked for otherwise than by `Range`, so that 206 is what is wanted, and a part that
    /// broke off can only be asked for anew.
    package var asksForPart = false
    /// When run and block must be over, by the monotonic clock of the world; no pause is begun that would pass it.
    package var deadline: Duration?
    /// Waits so long, or until nobody wants the answer any more; nil waits by the client's clock.
    package var pause: (@Sendable (Duration) async throws -> Void)?
    /// What a response means: nil is success. nil here means that every response is.
    package var classify: (@Sendable (HTTPResponse) -> Failure?)?
    /// Whether a response that `classify` finds a failure in is how the service refuses what has been done already.
    package var meansDone: (@Sendable (HTTPResponse) -> Bool)?
    /// Members of the response that are as good as a credential, each by its names from the outermost on:
    /// `[headers, location]`, `[body, upload_url]`.
    package var secretParts: [[String]] = []
    /// Whether an earlier process may have done the work.
    package var mayBeDone = false
    /// Whether it may be written to one connection only, whatever its effect: where that ends without an answer, who sent
    /// it asks first how far the server is.
    package var isSentOnce = false
    /// Makes the request anew with a renewed credential, where this answer has refused the one it had; used once. What
    /// it gives is nil where the credential can't be renewed.
    package var renewal: (@Sendable (HTTPResponse) async throws -> HTTPRequest?)?
    /// Makes the request anew for each further try, where its signature is good only once or for a while; nil sends the
    /// same again.
    package var remake: (@Sendable () throws -> HTTPRequest)?
    package var log: any LogSink

    package init(
        _ request: HTTPRequest, effect: Effect = .read, retry: RetryPolicy = .none, timeouts: Timeouts = Timeouts(),
        destination: Destination = .memory(limit: 64 << 20), hasIdempotencyKey: Bool = false,
        maximumRedirects: Int = 10, route: HTTPRoute = HTTPRoute(),
        classify: (@Sendable (HTTPResponse) -> Failure?)? = nil, log: any LogSink = NoLog()
    ) {
        self.request = request
        self.effect = effect
        self.retry = retry
        self.timeouts = timeouts
        self.destination = destination
        self.hasIdempotencyKey = hasIdempotencyKey
        self.maximumRedirects = maximumRedirects
        self.route = route
        self.classify = classify
        self.log = log
    }
}

/// Files by absolute path. Errors are `Failure`s that name the path and say what to do.
package protocol FileSystem: Sendable {
    /// - Parameter limit: more bytes than this is a failure of kind `invalid`.
    func read(_ path: String, limit: Int) throws -> [UInt8]
    /// At most `count` bytes from a place on; fewer only at the end of the file.
    func read(_ path: String, from offset: Int64, count: Int) throws -> FilePiece
    /// Atomic: beside the file and renamed over it; the old content stays where it fails. `mode` such as 0o644.
    func write(_ bytes: [UInt8], to path: String, mode: UInt32) throws
    func append(_ bytes: [UInt8], to path: String) throws
    /// The same, on disk when it returns.
    func appendDurably(_ bytes: [UInt8], to path: String) throws
    /// nil where nothing is there.
    func info(_ path: String) throws -> FileInfo?
    /// The path without symbolic links, `.` and `..`; nil where nothing is there.
    func realPath(_ path: String) -> String?
    /// Names in a folder, sorted, without `.` and `..`.
    func list(_ path: String) throws -> [String]
    /// The names in a folder that aren't UTF-8, so that no path leads to what has them.
    func foreignNames(in path: String) throws -> [ForeignName]
    /// With all folders above it; no error where it exists.
    func createFolder(_ path: String) throws
    /// A file, or an empty folder; with `recursive` a folder with all it holds.
    func delete(_ path: String, recursive: Bool) throws
    func move(_ path: String, to destination: String) throws
    /// Moves within a file system, at once and only where nothing is at the destination.
    ///
    /// - Returns: false where something is, and nothing was moved.
    func moveIfFree(_ path: String, to destination: String) throws -> Bool
    func copy(_ path: String, to destination: String) throws
}

extension FileSystem {
    /// Where names are text.
    package func foreignNames(in path: String) throws -> [ForeignName] { [] }

    /// Where there is no disk.
    package func appendDurably(_ bytes: [UInt8], to path: String) throws { try append(bytes, to: path) }

    /// Where there are no links.
    package func realPath(_ path: String) -> String? {
        (try? info(path)).flatMap { $0 }.map { _ in NodeContext.absolute(path, from: "/") }
    }

    /// Where nobody else moves anything.
    package func moveIfFree(_ path: String, to destination: String) throws -> Bool {
        guard try info(destination) == nil else { return false }
        try move(path, to: destination)
        return true
    }

    /// For files that are small.
    package func read(_ path: String, from offset: Int64, count: Int) throws -> FilePiece {
        let bytes = try read(path, limit: .max)
        let modified = try info(path)?.modified ?? Timestamp(seconds: 0)
        return FilePiece(
            bytes: Array(bytes.dropFirst(Int(offset)).prefix(count)), size: Int64(bytes.count), modified: modified)
    }
}

/// A name that isn't UTF-8.
package struct ForeignName: Sendable, Hashable {
    /// As ``FileSystem/list(_:)`` gives it: with `\u{FFFD}` for what can't be read.
    package var shown: String
    package var kind: FileInfo.Kind

    package init(shown: String, kind: FileInfo.Kind) {
        self.shown = shown
        self.kind = kind
    }
}

/// Some of a file's bytes, with what tells whether it is still the file it was.
package struct FilePiece: Sendable, Hashable {
    package var bytes: [UInt8]
    /// Of the whole file, in bytes.
    package var size: Int64
    package var modified: Timestamp

    package init(bytes: [UInt8], size: Int64, modified: Timestamp) {
        self.bytes = bytes
        self.size = size
        self.modified = modified
    }
}

package struct FileInfo: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable { case file, folder, link, other }

    package var kind: Kind
    /// Bytes.
    package var size: Int64
    package var modified: Timestamp
    /// Permission bits, such as 0o600.
    package var mode: UInt32

    package init(kind: Kind, size: Int64, modified: Timestamp, mode: UInt32) {
        self.kind = kind
        self.size = size
        self.modified = modified
        self.mode = mode
    }
}

package protocol WallClock: Sendable {
    func now() -> Timestamp
    /// For measuring; jumps of the wall clock don't reach it.
    func monotonic() -> Duration
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    func sleep(_ duration: Duration) async throws
}

package protocol RandomSource: Sendable {
    /// Cryptographically strong.
    func bytes(_ count: Int) -> [UInt8]
}

extension RandomSource {
    /// Evenly from 0 up to but not including 1.
    package func unitInterval() -> Double {
        let bits = bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Double(bits >> 11) / Double(1 << 53)
    }

    /// A random UUID (RFC 9562, version 4) in lower case.
    package func uuid() -> String {
        var bytes = bytes(16)
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let text = Hexadecimal.encode(bytes)
        let cuts = [0, 8, 12, 16, 20, 32]
        return zip(cuts, cuts.dropFirst()).map { start, end in String(text.dropFirst(start).prefix(end - start)) }
            .joined(separator: "-")
    }
}

/// Runs child processes, each in a session of its own, so that none has a terminal; its process group is ended whole.
package protocol ProcessRunner: Sendable {
    /// - Throws: a `Failure`: `not_found` where the program doesn't exist, `timeout`, `cancelled`, `invalid` with the code
    ///   ``ProcessCommand/tooMuchOutput`` where the output is over its limit. A non-zero exit is a result, not a failure.
    func run(_ command: ProcessCommand) async throws -> ProcessResult
}

package struct ProcessCommand: Sendable {
    /// The code of the failure where it was stopped for the length of its output.
    package static let tooMuchOutput = "too_much_output"

    /// Name or path of the program, then its arguments.
    package var arguments: [String]
    /// All the variables the child gets.
    package var environment: [String: String]
    package var workingDirectory: String
    package var input: [UInt8]
    /// After this the group gets SIGTERM, then SIGKILL after `grace`.
    package var timeout: Duration?
    package var grace: Duration
    /// Bytes of standard output and of standard error that are kept at most.
    package var outputLimit: Int
    /// Called for each whole line as it comes, with true for standard error.
    package var onLine: (@Sendable (_ line: String, _ isError: Bool) -> Void)?

    package init(
        _ arguments: [String], environment: [String: String], workingDirectory: String, input: [UInt8] = [],
        timeout: Duration? = nil, grace: Duration = .seconds(5), outputLimit: Int = 16 << 20,
        onLine: (@Sendable (_ line: String, _ isError: Bool) -> Void)? = nil
    ) {
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.input = input
        self.timeout = timeout
        self.grace = grace
        self.outputLimit = outputLimit
        self.onLine = onLine
    }
}

package struct ProcessResult: Sendable, Hashable {
    /// 128 + the signal's number where a signal ended it.
    package var exitCode: Int
    /// The signal that ended it; nil where it ended by itself, whatever its exit code is.
    package var signal: Int?
    package var stdout: [UInt8]
    package var stderr: [UInt8]

    package init(exitCode: Int, signal: Int? = nil, stdout: [UInt8], stderr: [UInt8]) {
        self.exitCode = exitCode
        self.signal = signal
        self.stdout = stdout
        self.stderr = stderr
    }
}

extension HTTPCall {
    /// Whether sending the request twice may do its work twice.
    package var isUnrepeatable: Bool { effect == .write && !hasIdempotencyKey }

    /// What a failure after the request went out means: a write may have been carried out all the same.
    package func inDoubt(_ failure: Failure) -> Failure {
        guard isUnrepeatable, failure.kind != .uncertain else { return failure }
        var failure = failure
        failure.kind = .uncertain
        failure.message += "; the \(request.method) may have been carried out"
        failure.hint = "look on the other side whether it was before you repeat it"
        return failure
    }
}
