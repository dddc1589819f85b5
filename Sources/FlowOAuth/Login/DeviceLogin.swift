package import FlowCore
package import FlowSpec

/// A login on another device, as a telephone: the user types a code there (RFC 8628).
package struct DeviceLogin: Sendable {
    /// What is shown to the user.
    package struct Invitation: Sendable, Hashable {
        package var userCode: String
        package var url: String
        /// With the code in it, where the provider gives one.
        package var completeURL: String?
        /// How long the code is good for.
        package var lifetime: Duration
        fileprivate var deviceCode: String
        fileprivate var interval: Duration
    }

    private let endpoint: TokenEndpoint
    private let url: String
    private let title: String

    /// - Throws: `invalid` where the provider has no such login.
    package init(
        _ provider: OAuthProvider, client: OAuthClient, http: any HTTPClient, clock: any WallClock
    ) throws(Failure) {
        guard let url = provider.deviceURL else {
            throw Failure(
                .invalid, "\(provider.title) has no login on another device", hint: "log in without --device",
                code: "no_device_login")
        }
        self.url = url
        title = provider.tokens.title
        endpoint = TokenEndpoint(provider.tokens, client: client, http: http, clock: clock)
    }

    /// Asks for a code to show.
    package func begin(scopes: [String]) async throws(Failure) -> Invitation {
        let answer = try await endpoint.device(at: url, scopes: scopes)
        // The older name of the address is Google's.
        guard let userCode = answer["user_code"]?.stringValue, let deviceCode = answer["device_code"]?.stringValue,
            let page = (answer["verification_uri"] ?? answer["verification_url"])?.stringValue,
            Origin(page) != nil
        else {
            throw Failure(
                .protocolError, "the answer of \(title) holds no code for a device",
                hint: "check that \(url) is the provider's device authorization endpoint", code: "device_answer")
        }
        return Invitation(
            userCode: ServiceText.line(userCode), url: ServiceText.line(page),
            completeURL: answer["verification_uri_complete"]?.stringValue.map(ServiceText.line),
            lifetime: DeviceLogin.duration(answer["expires_in"]) ?? .seconds(900), deviceCode: deviceCode,
            interval: max(.seconds(1), DeviceLogin.duration(answer["interval"]) ?? .seconds(5)))
    }

    /// Seconds, in any form; nil where there are none, or no number that makes sense.
    private static func duration(_ seconds: Value?) -> Duration? {
        let count = seconds?.doubleValue ?? seconds?.stringValue.flatMap(AskedPause.number)
        return count.flatMap(AskedPause.seconds).flatMap { $0 > .zero ? $0 : nil }
    }

    /// Asks again and again, as often as the provider allows, until the user has typed the code.
    ///
    /// - Throws: `auth` with the code `expired_token`, `permission` with `access_denied`, `cancelled`.
    package func tokens(for invitation: Invitation) async throws(Failure) -> OAuthTokens {
        var interval = invitation.interval
        let end = endpoint.clock.monotonic() + invitation.lifetime
        while endpoint.clock.monotonic() + interval < end {
            do { try await endpoint.clock.sleep(interval) } catch { throw Failure(error) }
            do throws(Failure) {
                return try await endpoint.poll(invitation.deviceCode)
            } catch {
                switch (error.code, error.kind) {
                case ("authorization_pending", _): break
                case ("slow_down", _): interval = max(interval + .seconds(5), error.retryAfter ?? .zero)
                // RFC 8628 asks for longer pauses where no answer comes.
                case (_, .network), (_, .timeout), (_, .transient), (_, .rateLimited):
                    interval = min(interval * 2, .seconds(60))
                default: throw error
                }
            }
        }
        throw Failure(
            .auth, "the code was not typed in time",
            hint: "log in again, and type it within \(invitation.lifetime.humanText)",
            code: "expired_token")
    }
}
