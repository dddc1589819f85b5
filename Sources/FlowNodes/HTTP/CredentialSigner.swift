import FlowCore
import FlowSpec

/// Where a credential's secret goes in a request of `http.request`.
///
/// Types: `bearer` (token), `basic` (username, password), `header` (name, value), `api_key` (header, key), `query` (name,
/// value), `oauth2` (access_token). Any other type with one secret field, such as an app's token, is sent as a bearer
/// token, unless it is none of HTTP.
struct CredentialSigner {
    enum Place {
        case header(String, String)
        case query(String, String)
    }

    let place: Place

    /// - Parameters:
    ///   - url: nil in a dry run, where the origin isn't known yet.
    ///   - isPreview: a token that only a login or a renewal brings may be missing then.
    /// - Throws: `auth` where the credential isn't made for the origin of `url`, or lacks a field.
    init(_ credential: Credential, for url: String?, isPreview: Bool = false) throws(Failure) {
        if let url {
            guard let origin = Origin(url) else {
                throw Failure(.invalid, "http.request: parameter \"url\" must be an http or https address")
            }
            try credential.require(origin, among: credential.origins ?? [])
        }
        func field(_ names: String...) throws(Failure) -> String {
            for name in names { if let text = credential.fields[name]?.stringValue { return text } }
            throw Failure(
                .auth, "the credential \"\(credential.name)\" has no field \"\(names[0])\"",
                hint: credential.remedy(forField: names[0]), nothingSent: true)
        }
        switch credential.type {
        case "basic":
            let pair = "\(try field("username", "user")):\(try field("password"))"
            place = .header("Authorization", "Basic \(Base64.encode(Array(pair.utf8)))")
        case "header": place = .header(try field("name", "header"), try field("value", "secret"))
        case "api_key": place = .header(try field("header"), try field("key"))
        case "query": place = .query(try field("name", "parameter"), try field("value", "secret"))
        case "bearer": place = .header("Authorization", "Bearer \(try field("token"))")
        case "oauth2" where isPreview: place = .header("Authorization", "Bearer ***")
        case "oauth2": place = .header("Authorization", "Bearer \(try field("access_token"))")
        default:
            let secrets = credential.identifyingSecrets
            guard secrets.count == 1, !CredentialSigner.foreign.contains(credential.type),
                let token = secrets.first?.value.stringValue
            else {
                throw Failure(
                    .auth, "http.request can't use a credential of type \(credential.type)",
                    hint: "use one of type bearer, basic, api_key, header, query or oauth2", nothingSent: true)
            }
            place = .header("Authorization", "Bearer \(token)")
        }
        if case .header(_, let value) = place, value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw Failure(
                .auth, "the credential \"\(credential.name)\" holds a line break",
                hint: credential.remedy(), nothingSent: true)
        }
    }

    /// Types whose secret is never sent as it is, or not over HTTP.
    private static let foreign: Set = ["aws", "database", "imap", "service_account", "smtp", "webhook"]
}
