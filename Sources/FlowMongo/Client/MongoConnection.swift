import CMongo
import Dispatch
import FlowCore
import FlowSpec
import Synchronization

/// A client of libmongoc as the steps of a run share it. It has a connection to each server of a replica set, and makes
/// those that break anew.
///
/// What blocks happens on a thread of its own. A thread whose server is gone may be left behind; it ends with the
/// process, or frees the client once it comes back.
final class MongoConnection: PooledConnection {
    /// How long an operation that was told to end may take for it.
    private static let grace = DispatchTimeInterval.seconds(3)

    private let account: MongoAccount
    /// For messages.
    let place: String
    /// Certificates that the client reads for each connection that it makes.
    private let files: [CredentialFile]
    private let state: Mutex<State>

    private struct State {
        /// nil once it is closed.
        var client: Client?
        var isBusy = false
        /// Whether it has to be closed after use.
        var isSpoiled = false
        var isClosed = false

        /// The client for a use that begins now; nil where it is closed or somebody has it.
        mutating func begin() -> Client? {
            guard !isBusy, !isClosed else { return nil }
            isBusy = true
            return client
        }
    }

    /// Given from thread to thread, and used by one at a time.
    private struct Client: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    /// Makes one that has logged in.
    static func open(_ account: MongoAccount) async throws -> MongoConnection {
        let connection = try MongoConnection(account)
        do {
            _ = try await connection.use { try $0.command(["ping": 1], in: "admin", FLOW_MONGO_ONCE) }
            return connection
        } catch {
            await connection.close()
            if var failure = (error as? MongoError)?.failure(.read, at: connection.place) {
                failure.nothingSent = true
                throw failure
            }
            throw error
        }
    }

    /// - Parameter patience: in milliseconds, where it is not to be the credential's.
    private init(_ account: MongoAccount, patience: Int32? = nil) throws {
        self.account = account
        let address = try account.address(patience: patience)
        place = address.place
        files = address.files
        var error = flow_mongo_error.none
        guard let pointer = flow_mongo_client_new(address.pointer, &error) else {
            throw MongoError(error).failure(.read, at: place)
        }
        state = Mutex(State(client: Client(pointer: pointer)))
    }

    // MARK: Use

    /// Does `work` on a thread of its own. Where the task is cancelled, the server is told to end what it does, and
    /// nobody waits much longer.
    func use<Result: Sendable>(_ work: @escaping @Sendable (MongoSession) throws -> Result) async throws -> Result {
        try Task.checkCancellation()
        let answer = OneAnswer<Result>()
        let running = RunningWork()
        return try await withTaskCancellationHandler {
            try OwnThread.start { answer.give(Swift.Result { try self.perform(work, running) }) }
            return try await answer.wait()
        } onCancel: {
            stop(running)
            DispatchQueue.global().asyncAfter(deadline: .now() + Self.grace) {
                answer.give(.failure(CancellationError()))
            }
        }
    }

    private func perform<Result>(
        _ work: (MongoSession) throws -> Result, _ running: RunningWork
    ) throws -> Result {
        guard let client = state.withLock({ $0.begin() }) else { throw CancellationError() }
        defer { finish(client) }
        do {
            let session = try MongoSession(client.pointer, at: place, isCancelled: { running.isCancelled })
            running.begin(session.id)
            defer { running.end() }
            try session.checkCancellation()
            return try work(session)
        } catch {
            // What it was stopped with is no failure of its own.
            if running.isCancelled { throw CancellationError() }
            throw error
        }
    }

    private func finish(_ client: Client) {
        let isAbandoned = state.withLock { state in
            state.isBusy = false
            if state.isClosed { state.client = nil }
            return state.isClosed
        }
        if isAbandoned { flow_mongo_client_free(client.pointer) }
    }

    /// Has the server end the work, by a client that is not waiting for it.
    private func stop(_ running: RunningWork) {
        state.withLock { $0.isSpoiled = true }
        guard let session = running.cancel() else { return }
        try? OwnThread.start {
            guard let other = try? MongoConnection(self.account, patience: 2000) else { return }
            other.kill(session)
        }
    }

    private func kill(_ session: ValueMap) {
        guard let client = state.withLock({ $0.begin() }) else { return }
        _ = try? MongoSession(client.pointer, at: place, isCancelled: { false })
            .command(["killSessions": [.map(session)]], in: "admin", FLOW_MONGO_ONCE)
        state.withLock { $0.isClosed = true }
        finish(client)
    }

    // MARK: Between uses

    func reset() async -> Bool { state.withLock { !$0.isSpoiled && !$0.isBusy && !$0.isClosed } }

    func isAlive() async -> Bool {
        let answer = OneAnswer<Bool>()
        try? OwnThread.start {
            let reply = try? self.perform(
                { try $0.command(["ping": 1], in: "admin", FLOW_MONGO_ONCE) }, RunningWork())
            answer.give(.success(reply != nil))
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.grace) { answer.give(.success(false)) }
        return await (try? answer.wait()) ?? false
    }

    /// Says goodbye to the servers, if they listen.
    func close() async {
        let client = state.withLock { state -> Client? in
            defer { state.isClosed = true }
            guard !state.isBusy, !state.isClosed else { return nil }
            defer { state.client = nil }
            return state.client
        }
        guard let client else { return }
        let answer = OneAnswer<Void>()
        try? OwnThread.start {
            flow_mongo_client_free(client.pointer)
            answer.give(.success(()))
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.grace) { answer.give(.success(())) }
        try? await answer.wait()
    }
}

/// What is known of work that is under way, to those who may end it.
private final class RunningWork: Sendable {
    private struct State {
        var session: [UInt8]?
        var isCancelled = false
    }

    private let state = Mutex(State())

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    func begin(_ session: [UInt8]?) { state.withLock { $0.session = session } }
    func end() { state.withLock { $0.session = nil } }

    /// - Returns: the session to end at the server; nil where there is nothing to end.
    func cancel() -> ValueMap? {
        let session = state.withLock { state in
            state.isCancelled = true
            return state.session
        }
        return session.flatMap { try? BSONReader.read($0) }
    }
}
