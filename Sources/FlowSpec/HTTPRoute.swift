package import FlowCore

/// How a request gets to its server, and how both sides know each other, where that isn't as for all others.
package struct HTTPRoute: Sendable, Hashable {
    /// A certificate that the client shows of itself, and its key.
    package struct ClientCertificate: Sendable, Hashable {
        /// PEM, or the path of a file of it.
        package var certificate: String
        /// PEM, or the path of a file of it; nil where `certificate` holds the key too.
        package var key: String?

        package init(certificate: String, key: String? = nil) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// In place of the client's own proxy, such as `http://proxy.example:3128`; empty goes straight.
    package var proxy: String?
    /// The Unix socket the server listens on; the URL's host is what it is told as `Host`.
    package var unixSocket: String?
    /// A file of PEM certificates to trust instead of the system's.
    package var caFile: String?
    /// The same for a proxy that is itself reached over TLS; it may show a certificate of the system's authorities, too.
    package var proxyCAFile: String?
    package var clientCertificate: ClientCertificate?

    /// - Parameter proxyCAFile: `caFile` where it is left out.
    package init(
        proxy: String? = nil, unixSocket: String? = nil, caFile: String? = nil, proxyCAFile: String? = nil,
        clientCertificate: ClientCertificate? = nil
    ) {
        self.proxy = proxy
        self.unixSocket = unixSocket
        self.caFile = caFile
        self.proxyCAFile = proxyCAFile ?? caFile
        self.clientCertificate = clientCertificate
    }

    /// The route that a credential asks for.
    ///
    /// - Parameter isToItsServer: whether the request goes where the credential may go. Elsewhere its certificates mean
    ///   nothing, and only the proxy stays with those to trust for it.
    /// - Throws: `auth` where it names a file that isn't absolute, or a key without a certificate.
    package init(_ credential: Credential?, isToItsServer: Bool = true) throws(Failure) {
        self.init()
        guard let credential else { return }
        proxy = credential.fields["proxy"]?.stringValue
        caFile = credential.fields["ca_file"]?.stringValue
        let key = credential.fields["client_key"]?.stringValue
        if let certificate = credential.fields["client_cert"]?.stringValue {
            clientCertificate = ClientCertificate(certificate: certificate, key: key)
        } else if key != nil {
            throw Failure(
                .auth, "\(credential) has a client_key but no client_cert",
                hint: "add the certificate that belongs to the key", nothingSent: true)
        }
        for (name, file) in [("ca_file", caFile), ("client_cert", clientCertificate?.certificate), ("client_key", key)]
        {
            guard let file, !HTTPRoute.isPEM(file), !file.hasPrefix("/") else { continue }
            let isPath = name == "ca_file"
            throw Failure(
                .auth,
                "the field \"\(name)\" of \(credential) is \(isPath ? "no" : "neither PEM nor an") absolute path",
                hint: "write the whole path of the file, as in /etc/ssl/own.pem", nothingSent: true)
        }
        proxyCAFile = caFile
        guard !isToItsServer else { return }
        caFile = nil
        clientCertificate = nil
    }

    /// Whether text is the PEM itself rather than the path of a file of it.
    package static func isPEM(_ text: String) -> Bool { text.contains("-----BEGIN ") }
}

extension CredentialType {
    /// Fields that any credential may have beside those of its type: where its service is, and how to get there.
    package static let routeFields: [Field] = [
        .init(
            "base_url", required: false, help: "The address of a server of one's own", form: FieldForm(.url)),
        .init(
            "proxy", secret: true, required: false,
            help: "The proxy for its requests, as http://user:password@host:port", form: FieldForm(.password)),
        .init("ca_file", required: false, help: "The file of the authorities to trust for its server"),
        .init(
            "client_cert", required: false, help: "The client certificate, as PEM or the path of a file",
            form: FieldForm(.pemOrPath)),
        .init(
            "client_key", secret: true, required: false, help: "The key of the client certificate, likewise",
            form: FieldForm(.pemOrPath)),
    ]
}

extension Credential {
    /// The secret fields that say who asks, leaving out those of the way to the server.
    package var identifyingSecrets: ValueMap {
        let route = Set(CredentialType.routeFields.map(\.name))
        return ValueMap(
            fields.filter { $0.value.containsSecret && !route.contains($0.key.text) }.map { ($0.key.text, $0.value) })
    }
}
