import FlowCore
import FlowSpec
import Testing

@Suite struct HTTPRouteTests {
    private func route(_ fields: (String, Value)..., isToItsServer: Bool = true) throws(Failure) -> HTTPRoute {
        try HTTPRoute(
            Credential(name: "c", type: "bearer", fields: ValueMap(fields)), isToItsServer: isToItsServer)
    }

    @Test func withoutACredentialItIsThatOfAllOthers() throws {
        #expect(try HTTPRoute(nil) == HTTPRoute())
        #expect(try route(("token", .secret("x"))) == HTTPRoute())
    }

    @Test func certificateMayBeTextOrAFile() throws {
        let text = "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n"
        #expect(
            try route(("client_cert", .string(text)), ("client_key", .secret("/own/key.pem")))
                == HTTPRoute(clientCertificate: .init(certificate: text, key: "/own/key.pem")))
        #expect(
            try route(("client_cert", "/own/both.pem"))
                == HTTPRoute(clientCertificate: .init(certificate: "/own/both.pem")))
    }

    @Test func elsewhereOnlyTheProxyStays() throws {
        let other = try route(
            ("proxy", .secret("http://p")), ("ca_file", "/ca.pem"), ("client_cert", "/own.pem"), isToItsServer: false)
        #expect(other == HTTPRoute(proxy: "http://p", proxyCAFile: "/ca.pem"))
    }

    @Test func keyWithoutACertificate() {
        #expect(
            throws: Failure(
                .auth, "credential \"c\" of type bearer has a client_key but no client_cert",
                hint: "add the certificate that belongs to the key", nothingSent: true)
        ) { try route(("client_key", .secret("/own/key.pem"))) }
    }

    @Test func pathThatIsNotAbsolute() {
        #expect(
            throws: Failure(
                .auth, "the field \"ca_file\" of credential \"c\" of type bearer is no absolute path",
                hint: "write the whole path of the file, as in /etc/ssl/own.pem", nothingSent: true)
        ) { try route(("ca_file", "ca.pem")) }
        #expect(
            throws: Failure(
                .auth,
                "the field \"client_cert\" of credential \"c\" of type bearer is neither PEM nor an absolute path",
                hint: "write the whole path of the file, as in /etc/ssl/own.pem", nothingSent: true)
        ) { try route(("client_cert", "own.pem")) }
    }
}
