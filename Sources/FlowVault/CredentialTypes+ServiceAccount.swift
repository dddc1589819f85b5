package import FlowCore

extension CredentialTypes {
    /// What the vault keeps of a service account's key file: a grant like others, of the type `oauth2`.
    ///
    /// - Parameter fields: checked fields of the type `service_account`.
    package static func grant(ofServiceAccount fields: ValueMap) -> ValueMap {
        let file = fields["key"]?.stringValue.flatMap { try? JSON.parse($0) }?.mapValue ?? ValueMap()
        var grant = fields
        grant["key"] = nil
        grant["grant"] = "jwt_bearer"
        grant["issuer"] = file["client_email"]
        grant["private_key"] = file["private_key"]?.markedSecret
        grant["private_key_id"] = file["private_key_id"]
        grant["token_url"] = file["token_uri"]
        return grant
    }
}
