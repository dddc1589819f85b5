package import FlowCore
import FlowCrypto
import Synchronization

/// An OAuth 2.0 provider on a loopback port that takes nothing amiss but says so: every departure from what it expects
/// is refused and kept in ``complaints``.
///
/// Its user allows every app at once. Codes, refresh tokens and device codes work as the RFCs say, and as vendors have
/// it where ``Manner`` says so.
package final class StrictProvider: Sendable {
    /// How a vendor departs from the RFCs.
    package struct Manner: Sendable {
        package enum Authentication: Sendable { case none, post, basic }

        package var authentication = Authentication.post
        package var takesJSON = false
        package var answersForm = false
        /// Refusals come with status 200.
        package var refusesWith200 = false
        package var wantsChallenge = true
        package var rotates = true
        package var givesRefreshToken = true
        package var lifetime: Value? = 3600
        /// Scopes that are left out of what is granted.
        package var withheld: Set<String> = []
        /// How often a device is told to go on waiting.
        package var deviceWaits = 1

        package init() {}
    }

    private struct Code {
        var redirectURI: String
        var challenge: String?
        var scopes: String
    }

    private struct State {
        var codes: [String: Code] = [:]
        /// Refresh tokens to their scopes.
        var refreshTokens: [String: String] = [:]
        var spent: Set<String> = []
        var accessTokens: Set<String> = []
        var devices: [String: (waits: Int, scopes: String)] = [:]
        var revoked: [String] = []
        var complaints: [String] = []
        var count = 0
        var isDown = false

        mutating func new(_ kind: String) -> String {
            count += 1
            return "fake-\(kind)-\(count)"
        }
    }

    package let clientID = "fake-client"
    package let clientSecret = "fake-client-secret"
    private let manner: Manner
    private let state: Shared
    private let server: FaultServer

    private final class Shared: Sendable {
        let state = Mutex(State())
        let address = Mutex("")
    }

    package init(_ change: (inout Manner) -> Void = { _ in }) throws {
        var manner = Manner()
        change(&manner)
        let state = Shared()
        let answerer = Answerer(manner: manner, shared: state, id: clientID, secret: clientSecret)
        server = try FaultServer { answerer.reply($0) }
        state.address.withLock { [url = server.url] in $0 = url }
        self.manner = manner
        self.state = state
    }

    package var url: String { server.url }
    package var requests: [FaultServer.Request] { server.requests }
    /// What it had to refuse, each as a sentence.
    package var complaints: [String] { state.state.withLock { $0.complaints } }
    /// The tokens that were given back.
    package var revoked: [String] { state.state.withLock { $0.revoked } }
    /// Refresh tokens that still work.
    package var refreshTokens: Set<String> { state.state.withLock { Set($0.refreshTokens.keys) } }

    /// Answers 503 from now on.
    package func goDown() { state.state.withLock { $0.isDown = true } }

    /// Ends every grant.
    package func forgetGrants() { state.state.withLock { $0.refreshTokens = [:] } }

    /// What is behind the addresses.
    private struct Answerer: Sendable {
        let manner: Manner
        let shared: Shared
        let id: String
        let secret: String

        func reply(_ request: FaultServer.Request) -> FaultServer.Reply {
            if shared.state.withLock({ $0.isDown }) { return .status(503) }
            switch (request.method, request.path) {
            case ("GET", "/.well-known/openid-configuration"): return metadata
            case ("GET", "/authorize"): return authorize(request)
            case ("POST", "/token"): return guarded(request) { try token($0) }
            case ("POST", "/device"): return guarded(request) { device($0) }
            case ("POST", "/revoke"):
                return guarded(request) { members in
                    let token = members["token"] ?? ""
                    shared.state.withLock { state in
                        state.revoked.append(token)
                        state.refreshTokens[token] = nil
                    }
                    return .status(200)
                }
            case ("GET", "/me"): return me(request)
            default: return .status(404)
            }
        }

        private var address: String { shared.address.withLock { $0 } }

        private var metadata: FaultServer.Reply {
            let methods =
                switch manner.authentication {
                case .none: "none"
                case .post: "client_secret_post"
                case .basic: "client_secret_basic"
                }
            return .json([
                "issuer": .string(address), "authorization_endpoint": .string(address + "/authorize"),
                "token_endpoint": .string(address + "/token"), "revocation_endpoint": .string(address + "/revoke"),
                "device_authorization_endpoint": .string(address + "/device"),
                "userinfo_endpoint": .string(address + "/me"),
                "token_endpoint_auth_methods_supported": [.string(methods)],
                "authorization_response_iss_parameter_supported": true,
            ])
        }

        // MARK: Pages

        private func authorize(_ request: FaultServer.Request) -> FaultServer.Reply {
            let query = Form.decode(String(request.target.drop { $0 != "?" }.dropFirst()))
            guard let redirectURI = query["redirect_uri"], let given = query["state"], !given.isEmpty,
                query["response_type"] == "code", query["client_id"] == id
            else {
                complain("an authorization request lacks something")
                return .status(400)
            }
            let challenge = query["code_challenge"]
            guard !manner.wantsChallenge || (challenge != nil && query["code_challenge_method"] == "S256") else {
                complain("an authorization request has no challenge")
                return .status(400)
            }
            let code = shared.state.withLock { state in
                let code = state.new("code")
                state.codes[code] = Code(
                    redirectURI: redirectURI, challenge: challenge, scopes: query["scope"] ?? "")
                return code
            }
            let answer = [("code", code), ("state", given), ("iss", address)]
            return .redirect(to: redirectURI + "?" + Form.encode(answer))
        }

        private func me(_ request: FaultServer.Request) -> FaultServer.Reply {
            let token = request.headers["authorization"]?.split(separator: " ").last.map(String.init) ?? ""
            guard shared.state.withLock({ $0.accessTokens.contains(token) }) else {
                return .json(["error": "invalid_token"], status: 401)
            }
            return .json(["name": "Ada Fake"])
        }

        // MARK: Endpoints

        private struct Refusal: Error {
            var code: String
            var sentence: String
        }

        private func guarded(
            _ request: FaultServer.Request, _ body: ([String: String]) throws -> FaultServer.Reply
        ) -> FaultServer.Reply {
            do {
                let members = try members(of: request)
                try checkClient(members, request)
                return try body(members)
            } catch let refusal as Refusal {
                if !["authorization_pending", "slow_down"].contains(refusal.code) { complain(refusal.sentence) }
                let status = manner.refusesWith200 ? 200 : refusal.code == "invalid_client" ? 401 : 400
                return .json(
                    ["error": .string(refusal.code), "error_description": .string(refusal.sentence)], status: status)
            } catch {
                return .status(500)
            }
        }

        private func members(of request: FaultServer.Request) throws -> [String: String] {
            guard !request.target.contains("?") else {
                throw Refusal(code: "invalid_request", sentence: "parameters stand in the address")
            }
            let type = request.headers["content-type"] ?? ""
            guard type == (manner.takesJSON ? "application/json" : "application/x-www-form-urlencoded") else {
                throw Refusal(code: "invalid_request", sentence: "the body is \(type)")
            }
            guard manner.takesJSON else { return Form.decode(request.text) }
            let map = request.json?.mapValue ?? ValueMap()
            return Dictionary(map.compactMap { member in member.value.stringValue.map { (member.key.text, $0) } }) {
                $1
            }
        }

        private func checkClient(_ members: [String: String], _ request: FaultServer.Request) throws {
            let header = request.headers["authorization"]
            if members["assertion"] != nil { return }
            let isRight =
                switch manner.authentication {
                case .none: members["client_id"] == id && members["client_secret"] == nil && header == nil
                case .post: members["client_id"] == id && members["client_secret"] == secret && header == nil
                case .basic:
                    header == "Basic " + Base64.encode(Array("\(id):\(secret)".utf8)) && members["client_secret"] == nil
                }
            guard isRight else { throw Refusal(code: "invalid_client", sentence: "this is not the app") }
        }

        private func device(_ members: [String: String]) -> FaultServer.Reply {
            let code = shared.state.withLock { state in
                let code = state.new("device")
                state.devices[code] = (manner.deviceWaits, members["scope"] ?? "")
                return code
            }
            return .json([
                "device_code": .string(code), "user_code": "FAKE-CODE",
                "verification_uri": .string(address + "/activate"),
                "verification_uri_complete": .string(address + "/activate?user_code=FAKE-CODE"), "expires_in": 600,
                "interval": 1,
            ])
        }

        private func token(_ members: [String: String]) throws -> FaultServer.Reply {
            switch members["grant_type"] {
            case "authorization_code": return answer(scopes: try redeem(members), renews: true)
            case "refresh_token":
                return answer(scopes: try refresh(members["refresh_token"] ?? ""), renews: manner.rotates)
            case "client_credentials": return answer(scopes: members["scope"] ?? "", renews: false)
            case "urn:ietf:params:oauth:grant-type:jwt-bearer":
                guard members["assertion"]?.split(separator: ".").count == 3 else {
                    throw Refusal(code: "invalid_grant", sentence: "the assertion is none")
                }
                return answer(scopes: "", renews: false)
            case "urn:ietf:params:oauth:grant-type:device_code":
                return answer(scopes: try allowedDevice(members["device_code"] ?? ""), renews: true)
            default: throw Refusal(code: "unsupported_grant_type", sentence: "there is no such grant")
            }
        }

        private func redeem(_ members: [String: String]) throws -> String {
            // A code works once, right or wrong.
            let code = shared.state.withLock { $0.codes.removeValue(forKey: members["code"] ?? "") }
            guard let code else { throw Refusal(code: "invalid_grant", sentence: "the code is unknown or was used") }
            guard code.redirectURI == members["redirect_uri"] else {
                throw Refusal(code: "invalid_grant", sentence: "the redirect URI is another one")
            }
            if let challenge = code.challenge {
                let digest = try Digest.sha256(Array((members["code_verifier"] ?? "").utf8))
                guard Base64.encode(digest, alphabet: .url) == challenge else {
                    throw Refusal(code: "invalid_grant", sentence: "the verifier doesn't fit the challenge")
                }
            }
            return code.scopes
        }

        /// A token that was spent ends the whole family, as providers that rotate do.
        private func refresh(_ token: String) throws -> String {
            try shared.state.withLock { state in
                if state.spent.contains(token) {
                    state.refreshTokens = [:]
                    throw Refusal(code: "invalid_grant", sentence: "the refresh token was used before")
                }
                guard let scopes = state.refreshTokens[token] else {
                    throw Refusal(code: "invalid_grant", sentence: "the refresh token has ended")
                }
                if manner.rotates {
                    state.refreshTokens[token] = nil
                    state.spent.insert(token)
                }
                return scopes
            }
        }

        private func allowedDevice(_ code: String) throws -> String {
            try shared.state.withLock { state in
                guard let device = state.devices[code] else {
                    throw Refusal(code: "expired_token", sentence: "the device code is unknown")
                }
                guard device.waits == 0 else {
                    state.devices[code]?.waits -= 1
                    throw Refusal(code: "authorization_pending", sentence: "the user has not typed the code")
                }
                state.devices[code] = nil
                return device.scopes
            }
        }

        private func answer(scopes: String, renews: Bool) -> FaultServer.Reply {
            let granted = scopes.split(separator: " ").filter { !manner.withheld.contains(String($0)) }
            var answer = ValueMap([
                ("token_type", "Bearer"), ("scope", .string(granted.joined(separator: " "))),
            ])
            answer["expires_in"] = manner.lifetime
            shared.state.withLock { state in
                let access = state.new("access")
                state.accessTokens.insert(access)
                answer["access_token"] = .string(access)
                guard renews, manner.givesRefreshToken else { return }
                let refresh = state.new("refresh")
                state.refreshTokens[refresh] = scopes
                answer["refresh_token"] = .string(refresh)
            }
            guard manner.answersForm else { return .json(.map(answer)) }
            return .text(Form.encode(answer.map { ($0.key.text, $0.value.stringValue ?? JSON.text($0.value)) }))
        }

        private func complain(_ sentence: String) { shared.state.withLock { $0.complaints.append(sentence) } }
    }
}

/// `application/x-www-form-urlencoded`, as strictly as it is meant.
private enum Form {
    static func encode(_ pairs: [(String, String)]) -> String {
        pairs.map { PercentEncoding.encodeForm($0) + "=" + PercentEncoding.encodeForm($1) }.joined(separator: "&")
    }

    static func decode(_ text: String) -> [String: String] {
        Dictionary(
            text.split(separator: "&").map { pair in
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                    PercentEncoding.decode(String($0), plusIsSpace: true)
                }
                return (parts[0], parts.count == 2 ? parts[1] : "")
            }
        ) { first, _ in first }
    }
}
