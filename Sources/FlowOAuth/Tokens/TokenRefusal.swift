import FlowCore
import FlowSpec

/// Why a token endpoint says no.
///
/// A provider may say so with any status, 200 included (GitHub, Slack), and in words of its own; the failure has the
/// code of RFC 6749 where one fits.
struct TokenRefusal {
    let failure: Failure

    /// nil where the answer is none.
    init?(_ answer: TokenAnswer, to purpose: TokenRequest.Purpose, asked: Timestamp) {
        let service = answer.service
        let status = answer.response.status
        let refusal = answer.refusal
        let byStatus = HTTPStatusTable.failure(for: answer.response, effect: .idempotent, now: asked)
        guard refusal != nil || answer.deniesSuccess || byStatus != nil else { return nil }
        guard let refusal else {
            failure = TokenRefusal.unexplained(byStatus, service, purpose)
            return
        }
        let own = ServiceText.line(refusal.code)
        let code = service.refusals.meanings[own] ?? own
        let reason = refusal.reason.map(ServiceText.line) ?? ""
        var failure = Failure(
            TokenRefusal.kind(of: code) ?? byStatus?.kind ?? .invalid,
            "\(service.title) \(purpose.refused): " + (reason.isEmpty || reason == own ? own : "\(reason) (\(own))"),
            hint: TokenRefusal.hint(for: code, purpose, reason), code: code)
        failure.retryAfter =
            byStatus?.retryAfter ?? answer.members?["interval"]?.doubleValue.flatMap(AskedPause.seconds)
        failure.requestID = byStatus?.requestID
        if code == "invalid_grant", purpose == .assertion, let lead = answer.clockLead(asked: asked),
            abs(lead) > .seconds(60)
        {
            let direction = lead > .zero ? "ahead of" : "behind"
            failure.hint =
                "set the clock of this machine: it is \(abs(lead).humanText) \(direction) that of \(service.title)"
        }
        if status == 429 || status >= 500, TokenRefusal.kind(of: code) == nil {
            failure.hint = HTTPStatusTable.hint(toComeBackAfter: failure.retryAfter)
        }
        self.failure = failure
    }

    /// The failure of a login that was refused before there was a code.
    static func ofLogin(_ own: String, reason: String?, by service: TokenService) -> Failure {
        let own = ServiceText.line(own)
        let code = service.refusals.meanings[own] ?? own
        let reason = reason.map(ServiceText.line) ?? ""
        return Failure(
            kind(of: code) ?? .invalid,
            "\(service.title) refused the login: " + (reason.isEmpty ? own : "\(reason) (\(own))"),
            hint: code == "access_denied"
                ? "allow the app in the browser, or let the one who administers the account approve it"
                : hint(for: code, .code, reason), code: code)
    }

    private static func unexplained(
        _ byStatus: Failure?, _ service: TokenService, _ purpose: TokenRequest.Purpose
    ) -> Failure {
        guard var failure = byStatus else {
            return Failure(
                .invalid, "\(service.title) \(purpose.refused) and does not say why",
                hint: "look at the app's page at the provider", code: "refused")
        }
        if failure.kind == .auth || failure.kind == .permission || failure.kind == .invalid {
            failure.kind = .auth
            failure.hint = "check the client id and secret of the app, and log in again"
        } else if failure.kind == .notFound {
            failure.hint = "check that \(service.url) is the provider's token endpoint"
        }
        return failure
    }

    private static func kind(of code: String) -> FailureKind? {
        switch code {
        case "invalid_grant", "invalid_client", "expired_token": .auth
        case "access_denied": .permission
        case "slow_down": .rateLimited
        case "authorization_pending", "server_error", "temporarily_unavailable": .transient
        case "invalid_request", "invalid_scope", "unauthorized_client", "unsupported_grant_type",
            "redirect_uri_mismatch":
            .invalid
        default: nil
        }
    }

    private static func hint(for code: String, _ purpose: TokenRequest.Purpose, _ reason: String) -> String {
        switch code {
        case "invalid_grant":
            switch purpose {
            case .code, .device: "log in again: a code works once, and only for a short time"
            case .refresh: "log in again"
            case .assertion: "check the key, the account it is for, and the clock of this machine"
            case .clientCredentials, .revocation: "check the client id and secret of the app"
            }
        case "invalid_client": "check the client id and secret of the app: a secret ends, and an app may be deleted"
        case "access_denied": "let the one who administers the account allow the app"
        case "expired_token": "log in again, and allow it sooner"
        case "invalid_scope": "check the scopes: one is misspelt, or not enabled for the app"
        case "unauthorized_client", "unsupported_grant_type":
            "allow this kind of login in the settings of the app at the provider"
        case "redirect_uri_mismatch": redirectHint
        case "invalid_request" where reason.contains("redirect"): redirectHint
        case "server_error", "temporarily_unavailable", "slow_down", "authorization_pending": "try again later"
        default: "look at the settings of the app at the provider"
        }
    }

    private static let redirectHint = "register the redirect URI of this login with the app, exactly as it is"
}

extension TokenRequest.Purpose {
    fileprivate var refused: String {
        switch self {
        case .code, .device: "refused the login"
        case .refresh: "refused to renew the tokens"
        case .clientCredentials, .assertion: "refused to give a token"
        case .revocation: "refused to take the grant back"
        }
    }
}

/// How long it is, whichever way it goes.
private func abs(_ duration: Duration) -> Duration { duration < .zero ? .zero - duration : duration }
