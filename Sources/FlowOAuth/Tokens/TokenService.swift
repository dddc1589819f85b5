import FlowCore

/// The endpoint that gives out a provider's tokens, and how it departs from RFC 6749.
///
/// All that a renewal needs to know of the provider. It is sealed in the vault with each grant, so that no file outside
/// can lead a refresh token to another place.
package struct TokenService: Sendable, Hashable {
    /// How the app shows that it is the one registered.
    package enum ClientAuthentication: String, Sendable, Hashable, CaseIterable {
        /// Only by its id: nothing is secret.
        case none
        /// Id and secret in the body.
        case post
        /// Id and secret as user and password of HTTP Basic.
        case basic
        /// An assertion that the app's key signs (RFC 7523, 2.2).
        case privateKeyJWT = "private_key_jwt"
    }

    package enum BodyFormat: String, Sendable, Hashable, CaseIterable { case form, json }

    /// Where a refusal stands in an answer, and what the provider calls what RFC 6749 has a word for.
    package struct Refusals: Sendable, Hashable {
        /// The member that is true in a good answer, such as `ok`.
        package var success: String?
        /// Where the code is; members of members are separated by dots.
        package var code: String
        package var description: String
        /// From the provider's codes to those of RFC 6749 and RFC 8628.
        package var meanings: [String: String]

        package init(
            success: String? = nil, code: String = "error", description: String = "error_description",
            meanings: [String: String] = [:]
        ) {
            self.success = success
            self.code = code
            self.description = description
            self.meanings = meanings
        }
    }

    /// The provider's name, such as `google`; nil where the endpoint was given by its address alone.
    package var provider: String?
    package var url: String
    package var authentication: ClientAuthentication
    package var body: BodyFormat
    /// Sent with each request, such as a version the provider insists on.
    package var headers: [String: String]
    package var scopeSeparator: String
    /// Whether a refresh repeats the scopes.
    package var repeatsScopes: Bool
    /// Whether a refresh may end the refresh token that it was asked for with. Where it never does, an answer that is
    /// lost costs nothing.
    package var rotates: Bool
    /// How long an access token lives where the answer doesn't say; nil where it doesn't end, or nobody knows.
    package var lifetime: Duration?
    /// What a token may be called besides `bearer`.
    package var tokenTypes: Set<String>
    /// The member of the answer that has the tokens where its top level has none.
    package var nested: String?
    /// Where the answer says whose account it is, such as `team.name`.
    package var account: String?
    package var refusals: Refusals
    /// nil where the provider offers none.
    package var revocation: Revocation?
    /// Where the provider says whose a token is; nil where it is not asked there.
    package var userInfoURL: String?

    package init(
        provider: String? = nil, url: String, authentication: ClientAuthentication = .post, body: BodyFormat = .form,
        headers: [String: String] = [:], scopeSeparator: String = " ", repeatsScopes: Bool = false,
        rotates: Bool = true, lifetime: Duration? = nil, tokenTypes: Set<String> = [], nested: String? = nil,
        account: String? = nil,
        refusals: Refusals = Refusals(), revocation: Revocation? = nil
    ) {
        self.provider = provider
        self.url = url
        self.authentication = authentication
        self.body = body
        self.headers = headers
        self.scopeSeparator = scopeSeparator
        self.repeatsScopes = repeatsScopes
        self.rotates = rotates
        self.lifetime = lifetime
        self.tokenTypes = tokenTypes
        self.nested = nested
        self.account = account
        self.refusals = refusals
        self.revocation = revocation
    }

    /// What messages call it: the provider, else the host.
    package var title: String { provider ?? Origin(url)?.host ?? "the provider" }
}

/// How a grant is given back (RFC 7009, and what providers have instead).
package struct Revocation: Sendable, Hashable {
    package enum Token: String, Sendable, Hashable, CaseIterable { case refresh, access }

    package enum Authentication: String, Sendable, Hashable, CaseIterable {
        case none, post, basic
        /// The token itself, as `Authorization: Bearer`.
        case bearer
    }

    package enum BodyFormat: String, Sendable, Hashable, CaseIterable { case form, json, none }

    /// `{client_id}` in it is replaced.
    package var url: String
    package var method: String
    /// Which token is named where there are both.
    package var token: Token
    /// What the token is called in the body.
    package var parameter: String
    package var body: BodyFormat
    package var authentication: Authentication

    package init(
        url: String, method: String = "POST", token: Token = .refresh, parameter: String = "token",
        body: BodyFormat = .form, authentication: Authentication = .post
    ) {
        self.url = url
        self.method = method
        self.token = token
        self.parameter = parameter
        self.body = body
        self.authentication = authentication
    }
}
