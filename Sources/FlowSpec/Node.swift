package import FlowCore
import Synchronization

/// One kind of work a step can use. Values of it are shared by every step that uses it.
package protocol Node: Sendable {
    var spec: NodeSpec { get }

    /// What repeating the work with these arguments may do; the spec's effect where they make no difference.
    func effect(of arguments: Arguments) -> Effect

    /// Whether that is the spec's effect whatever the arguments are.
    var hasOneEffect: Bool { get }

    /// The type of the output where these are the step's arguments; dynamic where nothing is known of it.
    func outputType(of arguments: WrittenArguments) -> StaticType

    /// Why the work can't be done with a credential such as this, by its type; nil where it may. Whether it has all its
    /// fields is found out when it is used.
    func refusal(of credential: Credential) -> Failure?

    /// Does the work once.
    ///
    /// - Parameters:
    ///   - arguments: what ``NodeSpec/bind(_:)`` returned for this step.
    ///   - context: the world, the credential and what else belongs to this attempt.
    /// - Returns: the step's output.
    /// - Throws: a `Failure`. Cancellation of the task must end the work soon with kind `cancelled`.
    func run(_ arguments: Arguments, in context: NodeContext) async throws -> Value

    /// What the work would do, for `--dry-run`: one line or request each, nothing is sent or changed.
    ///
    /// Arguments may hold text such as `‹steps.x.output.id›` where they depend on earlier results.
    func preview(_ arguments: Arguments, in context: NodeContext) throws -> [Preview]
}

extension Node {
    package func effect(of arguments: Arguments) -> Effect { spec.effect }

    package var hasOneEffect: Bool { true }

    package func outputType(of arguments: WrittenArguments) -> StaticType { .dynamic }

    package func refusal(of credential: Credential) -> Failure? {
        // One of any fields may have those that are needed.
        credential.type == "custom" ? nil : refusalByType(of: credential)
    }

    /// As ``refusal(of:)``, where it must be one of the node's types.
    package func refusalByType(of credential: Credential) -> Failure? {
        let types = spec.credentialTypes
        guard !types.isEmpty, !types.contains(credential.type), credential.source != .mock else { return nil }
        return Failure(
            .auth, "\(spec.name) can't use \(credential)", hint: "use one of type \(types.joined(separator: " or "))",
            nothingSent: true)
    }

    package func preview(_ arguments: Arguments, in context: NodeContext) throws -> [Preview] {
        [.text("\(spec.name) \(JSON.text(.map(arguments.values)))")]
    }
}

/// One thing a dry run shows.
package enum Preview: Sendable, Hashable {
    case text(String)
    /// A request with its credential's header already replaced by `***`.
    case request(HTTPRequest)
}

/// Finds nodes by name: native ones, and those of connector files.
package protocol NodeSource: Sendable {
    /// The node called `name`, nil where this source has none.
    ///
    /// - Throws: a `Failure` or `Diagnostic` where the node's own description is broken.
    func node(named name: String) throws -> (any Node)?

    /// Every node's name, sorted; cheap where possible, as completion and suggestions ask for it.
    var names: [String] { get }
}

/// Several sources asked in order.
package final class NodeCatalog: NodeSource {
    private let sources: [any NodeSource]
    /// Those that were asked for, so that a hundred thousand steps of one node share it.
    private let known = Mutex<[String: any Node]>([:])

    package init(_ sources: [any NodeSource]) { self.sources = sources }

    package func node(named name: String) throws -> (any Node)? {
        if let node = known.withLock({ $0[name] }) { return node }
        for source in sources {
            guard let node = try source.node(named: name) else { continue }
            known.withLock { $0[name] = node }
            return node
        }
        return nil
    }

    package var names: [String] { Array(Set(sources.flatMap(\.names))).sorted() }
}

/// What belongs to one attempt of one step or item.
package struct NodeContext: Sendable {
    @Indirect package var world: World
    /// The credential the step named, already resolved; nil where it has none.
    package var credential: Credential?
    /// Those whose secrets may stand in the arguments, as expressions read them.
    package var lent: [Credential] = []
    /// The step's own `effect:` or the node's.
    package var effect: Effect
    package var retry: RetryPolicy
    /// Bounds this attempt.
    package var timeout: Duration?
    /// When the run and the blocks around the step must be over, by the monotonic clock of ``world``.
    package var deadline: Duration?
    /// The step's own, or a hash of run, step and item: the same over retries and resume.
    package var idempotencyKey: String
    /// Whether the step gives the key itself.
    package var isKeyGiven = false
    /// Whether an earlier attempt of the same step or item may have done the work: nobody knows how it ended.
    package var mayBeDone = false
    /// When the run began, the first time.
    package var runStarted = Timestamp(seconds: 0)
    /// Absolute; relative paths in arguments are taken from here.
    package var workingDirectory: String
    /// The environment the workflow and step declare, as text; a variable that is null stays unset. Children get nothing
    /// else of the caller's beyond PATH, HOME, LANG, TERM and TMPDIR.
    package var environment: [String: Value]
    /// A folder of this run where outputs that are files may be kept; created on first use.
    package var filesDirectory: String
    /// Replaces the origin a connector or `http.request` would use, as `--base-url` asks.
    package var baseURL: String?
    /// Whether a mock of the app stands there, which all requests go to: those to other addresses of the app, too.
    package var isMocked = false
    package var log: any LogSink
    package var checkpoints: any Checkpoints
    /// Gives a credential that the service has refused with another token; nil where it can't be renewed.
    package var renew: @Sendable (Credential) async throws -> Credential? = { _ in nil }
    /// Has a secret that a service gave left out of all that is shown and logged from now on.
    package var conceal: @Sendable (Value) -> Void = { _ in }
    /// Waits so long, or until the run is asked to stop; nil waits by the clock of ``world``.
    package var pause: (@Sendable (Duration) async throws -> Void)?
    /// Puts `***` for the secrets that the whole run knows.
    package var mask: @Sendable (String) -> String = { $0 }
    /// Whether responses may be stored for the next time (`cache: false` says no).
    package var usesCache = true

    package init(
        world: World, credential: Credential? = nil, effect: Effect = .write, retry: RetryPolicy = .none,
        timeout: Duration? = nil, deadline: Duration? = nil, idempotencyKey: String = "",
        workingDirectory: String = "/",
        environment: [String: Value] = [:], filesDirectory: String = "/tmp", baseURL: String? = nil,
        log: any LogSink = NoLog(), checkpoints: any Checkpoints = NoCheckpoints()
    ) {
        self.world = world
        self.credential = credential
        self.effect = effect
        self.retry = retry
        self.timeout = timeout
        self.deadline = deadline
        self.idempotencyKey = idempotencyKey
        self.workingDirectory = workingDirectory
        self.environment = environment
        self.filesDirectory = filesDirectory
        self.baseURL = baseURL
        self.log = log
        self.checkpoints = checkpoints
    }

    /// - Throws: a `CancellationError` where the run is asked to stop, or the task was cancelled.
    package func wait(_ duration: Duration) async throws {
        if let pause { try await pause(duration) } else { try await world.clock.sleep(duration) }
    }

    /// `path` made absolute against the working directory, `.` and `..` resolved by text.
    package func absolutePath(_ path: String) -> String { NodeContext.absolute(path, from: workingDirectory) }

    /// The same against any absolute folder.
    package static func absolute(_ path: String, from folder: String) -> String {
        let joined = path.hasPrefix("/") ? path : folder + "/" + path
        var parts: [Substring] = []
        for part in joined.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }
}

/// Where a node's own remarks and each HTTP try go: the journal, and the terminal when asked.
package protocol LogSink: Sendable {
    func log(_ level: LogLevel, _ message: String)
    /// One HTTP try that ended, for the journal: why the next one follows and how long it waits.
    func attempt(_ record: HTTPAttempt)
    /// A pause of a second or more begins before a request may be sent.
    func waiting(_ wait: HTTPWait)
    /// Whose words these are, such as the path of a step; empty where nobody has to be told apart.
    var subject: String { get }
}

extension LogSink {
    package var subject: String { "" }
}

package enum LogLevel: String, Sendable, Hashable, CaseIterable { case debug, info, warning, error }

/// One try of an HTTP request. Only its ``command`` knows more than may be shown.
package struct HTTPAttempt: Sendable, Hashable {
    package var method: String
    /// Without the query.
    package var url: String
    /// From 1.
    package var number: Int
    package var status: Int?
    @Boxed package var failure: Failure?
    package var elapsed: Duration
    /// How long the next try waits; nil where none follows.
    package var retryIn: Duration?
    /// Whether the token was renewed, and the request follows once more with the new one.
    package var renewsToken = false
    /// What it waited for before it was sent.
    @Boxed package var waited: HTTPWait?
    /// The request of a try that failed.
    @Boxed package var command: CurlCommand?

    package init(
        method: String, url: String, number: Int, status: Int? = nil, failure: Failure? = nil,
        elapsed: Duration = .zero, retryIn: Duration? = nil, waited: HTTPWait? = nil
    ) {
        self.method = method
        self.url = url
        self.number = number
        self.status = status
        self.failure = failure
        self.elapsed = elapsed
        self.retryIn = retryIn
        self.waited = waited
    }
}

package struct NoLog: LogSink {
    package init() {}
    package func log(_ level: LogLevel, _ message: String) {}
    package func attempt(_ record: HTTPAttempt) {}
    package func waiting(_ wait: HTTPWait) {}
}

/// Results of the parts of a step that take several requests, kept so that a resumed run skips those done.
package protocol Checkpoints: Sendable {
    /// What was saved under `name` for this step or item; nil where nothing was.
    func load(_ name: String) async throws -> Value?
    /// Durable when it returns.
    ///
    /// - Returns: false where the value holds a secret that nothing can seal, and is not kept.
    func save(_ name: String, _ value: Value) async throws -> Bool

    /// Says of a node of several requests whether it may be cut off now: no write is under way, and what those before gave
    /// is kept. Each attempt of a write begins as one that may not be.
    ///
    /// That it may not be any more survives a power cut when it returns.
    func noteWrite(isOpen: Bool) async throws
}

extension Checkpoints {
    package func noteWrite(isOpen: Bool) async throws {}
}

package struct NoCheckpoints: Checkpoints {
    package init() {}
    package func load(_ name: String) async throws -> Value? { nil }
    package func save(_ name: String, _ value: Value) async throws -> Bool { true }
}
