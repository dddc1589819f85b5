/// Names of the fields that ``OAuth1Signature`` takes from a credential.
struct OAuth1Scheme: Sendable {
    var consumerKey: String
    var consumerSecret: String
    var token: String
    var tokenSecret: String
}
