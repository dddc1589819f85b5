import FlowCore
import FlowTestKit
import Synchronization

/// A provider and the service its tokens are for, strict about both: each refresh token works once, one that comes back
/// ends the grant, and the service takes the newest access token only. Or one that rotates none after all.
final class RotatingProvider: Sendable {
    private let grant: Grant
    private let server: FaultServer
    private let rotates: Bool

    init(rotates: Bool = true) throws {
        let grant = Grant(rotates: rotates)
        self.rotates = rotates
        self.grant = grant
        server = try FaultServer { $0.path == "/token" ? grant.tokens(for: $0) : grant.service(for: $0) }
    }

    var url: String { server.url }
    /// Requests for tokens that were answered, refusals too.
    var asked: Int { grant.state.withLock { $0.asked } }
    /// Requests that the service has done.
    var served: Int { grant.state.withLock { $0.served } }
    /// Requests whose token the service did not take.
    var refused: Int { grant.state.withLock { $0.refused } }
    var isRevoked: Bool { grant.state.withLock { $0.isRevoked } }

    /// The user takes the grant back.
    func revoke() { grant.state.withLock { ($0.isRevoked, $0.isAccessAlive) = (true, false) } }
    /// The service takes the newest access token no more, though it has time left.
    func endAccess() { grant.state.withLock { $0.isAccessAlive = false } }

    /// A credential `work`, as `credentials import` takes it.
    ///
    /// - Parameter fields: JSON; nil for those of a login.
    func document(of fields: String?) -> String {
        """
        {"flowctl_credentials": 1, "credentials": [{"name": "work", "type": "oauth2", "hosts": ["\(url)"],
        "secret": ["access_token", "refresh_token", "client_secret"], "fields": \(fields ?? login())}]}
        """
    }

    /// What a login would have stored.
    func login(expiresAt: String = "2020-01-01T00:00:00Z") -> String {
        var fields = ValueMap([
            ("access_token", "access-fake-0"), ("refresh_token", "refresh-fake-0"), ("expires_at", .string(expiresAt)),
            ("client_id", "client-fake"), ("token_url", .string(url + "/token")),
        ])
        if !rotates { fields["token_rules"] = ["rotates": false] }
        return JSON.text(.map(fields))
    }

    /// The app's own grant, for which nobody has asked yet.
    var machine: String {
        JSON.text([
            "grant": "client_credentials", "client_id": "client-fake", "client_secret": "fake-secret-of-the-app",
            "token_url": .string(url + "/token"),
        ])
    }
}

private final class Grant: Sendable {
    struct State {
        /// Of the newest tokens.
        var number = 0
        var asked = 0
        var served = 0
        var refused = 0
        var isAccessAlive = true
        var isRevoked = false
    }

    let state = Mutex(State())
    private let rotates: Bool

    init(rotates: Bool) { self.rotates = rotates }

    func service(for request: FaultServer.Request) -> FaultServer.Reply {
        state.withLock { state in
            let isRight = request.headers["Authorization"] == "Bearer access-fake-\(state.number)"
            guard isRight, state.isAccessAlive else {
                state.refused += 1
                return .json(
                    ["error": "invalid_token"], status: 401,
                    headers: [("WWW-Authenticate", "Bearer error=\"invalid_token\"")])
            }
            state.served += 1
            return .json(["ok": true])
        }
    }

    func tokens(for request: FaultServer.Request) -> FaultServer.Reply {
        state.withLock { state in
            state.asked += 1
            let form = request.text.split(separator: "&")
            if form.contains("grant_type=client_credentials") {
                state.number += 1
                return .json([
                    "access_token": .string("access-fake-\(state.number)"), "token_type": "Bearer", "expires_in": 3600,
                ])
            }
            let newest = rotates ? state.number : 0
            if !form.contains("refresh_token=refresh-fake-\(newest)") { state.isRevoked = true }
            guard !state.isRevoked else {
                return .json(["error": "invalid_grant", "error_description": "it was taken back"], status: 400)
            }
            state.number += 1
            state.isAccessAlive = true
            var answer: ValueMap = ValueMap([
                ("access_token", .string("access-fake-\(state.number)")), ("token_type", "Bearer"),
                ("expires_in", 3600),
            ])
            if rotates { answer["refresh_token"] = .string("refresh-fake-\(state.number)") }
            return .json(.map(answer))
        }
    }
}
