import FlowCore
import FlowHTTP
import FlowSpec
import FlowTestKit
import Foundation
import Testing

/// Proxies, Unix sockets and certificates against real servers on the loopback.
@Suite(.enabled(if: TLSServer.isInstalled, "needs nginx and openssl")) struct RouteTests {
    private let client = CurlClient()

    private func call(_ server: TLSServer, _ route: HTTPRoute = HTTPRoute()) -> HTTPCall {
        var route = route
        route.caFile = server.certificate
        return HTTPCall(HTTPRequest("GET", server.url), route: route)
    }

    // MARK: Proxies

    @Test func encryptedRequestsGoThroughATunnel() async throws {
        let server = try TLSServer()
        let proxy = try TunnelProxy()
        let client = CurlClient(CurlClient.Options(httpsProxy: proxy.url))
        #expect(try await client.send(call(server)).version == "2")
        #expect(proxy.tunnels == [server.authority])
    }

    @Test func proxyOfTheCallComesBeforeTheClients() async throws {
        let server = try TLSServer()
        let proxy = try TunnelProxy(password: "user:pencil")
        let client = CurlClient(CurlClient.Options(httpsProxy: try RefusingPort().url))
        let route = HTTPRoute(proxy: "http://user:pencil@\(proxy.authority)")
        #expect(try await client.send(call(server, route)).status == 200)
        #expect(proxy.tunnels == [server.authority])
    }

    @Test func emptyProxyOfTheCallGoesStraight() async throws {
        let server = try TLSServer()
        let client = CurlClient(CurlClient.Options(httpsProxy: try RefusingPort().url))
        #expect(try await client.send(call(server, HTTPRoute(proxy: ""))).status == 200)
    }

    @Test func proxyThatWantsAPassword() async throws {
        let server = try TLSServer()
        let proxy = try TunnelProxy(password: "user:pencil")
        let outcome = await failure {
            _ = try await client.send(call(server, HTTPRoute(proxy: "http://user:rubber@\(proxy.authority)")))
        }
        #expect(outcome.kind == .auth)
        #expect(outcome.nothingSent)
        #expect(
            outcome.message
                == "the proxy for \(server.authority) wants a user name and password (407 Proxy Authentication Required)"
        )
        #expect(outcome.hint == "write them into its address, as in http://user:password@proxy.example:3128")
        #expect(!String(describing: outcome).contains("rubber"))
        #expect(proxy.tunnels.isEmpty)
    }

    @Test func proxyThatWantsAPasswordForAPlainRequest() async throws {
        let proxy = try FaultServer(replies: [.status(407)])
        let outcome = await failure {
            var call = HTTPCall(HTTPRequest("GET", "http://service.invalid/"))
            call.route.proxy = proxy.url
            _ = try await client.send(call)
        }
        #expect(outcome.kind == .auth)
        #expect(
            outcome.message
                == "the proxy for service.invalid wants a user name and password (407 Proxy Authentication Required)")
    }

    @Test func proxyThatForbidsTheHost() async throws {
        let server = try TLSServer()
        let proxy = try TunnelProxy(refusal: 403)
        let outcome = await failure { _ = try await client.send(call(server, HTTPRoute(proxy: proxy.url))) }
        #expect(outcome.kind == .permission)
        #expect(outcome.nothingSent)
        #expect(outcome.message == "the proxy for \(server.authority) would not connect (403 Forbidden)")
        #expect(outcome.hint == "ask who runs the proxy, or name the host in NO_PROXY where it needs none")
    }

    /// The proxy's certificate is checked by the authorities of the call, too.
    @Test func proxyThatIsReachedOverTLS() async throws {
        let proxy = try TLSServer(hasHTTP2: false)
        var call = HTTPCall(HTTPRequest("GET", "http://service.invalid/"))
        call.route = HTTPRoute(proxy: proxy.url, caFile: proxy.certificate)
        #expect(try await client.send(call).status == 200)
        call.route = HTTPRoute(proxy: proxy.url)
        let outcome = await failure { _ = try await client.send(call) }
        #expect(outcome.kind == .tls)
        #expect(outcome.nothingSent)
        #expect(
            outcome.message
                == "the certificate of the proxy for service.invalid is not trusted (self-signed certificate)")
        #expect(outcome.hint == "name the file of its authority with ca_file where the server is yours")
    }

    @Test func proxyIsReachedByNothingOlderThanTLS12() async throws {
        let proxy = try TLSServer(protocols: "TLSv1.1", hasHTTP2: false)
        let outcome = await failure {
            _ = try await client.send(
                HTTPCall(
                    HTTPRequest("GET", "http://service.invalid/"),
                    route: HTTPRoute(proxy: proxy.url, caFile: proxy.certificate)))
        }
        #expect(outcome.message == "no secure connection with the proxy for service.invalid")
    }

    @Test func serverBehindAProxyIsBlamedForItsOwnCertificate() async throws {
        let server = try TLSServer()
        let proxy = try TunnelProxy()
        let outcome = await failure {
            _ = try await client.send(
                HTTPCall(HTTPRequest("GET", server.url), route: HTTPRoute(proxy: proxy.url)))
        }
        #expect(outcome.message == "the certificate of \(server.authority) is not trusted (self-signed certificate)")
    }

    // MARK: Unix sockets

    @Test func pathOfASocketThatIsTooLong() async throws {
        var call = HTTPCall(HTTPRequest("GET", "http://docker/version"))
        let path = "/" + String(repeating: "x", count: 107)
        call.route.unixSocket = path
        let outcome = await failure { _ = try await client.send(call) }
        #expect(outcome.kind == .invalid)
        #expect(outcome.nothingSent)
        #expect(outcome.message == "the path of the socket \(path) is longer than 107 bytes")
        #expect(outcome.hint == "use a shorter one, such as that of a symbolic link")
    }

    @Test func unixSocketIsAskedInPlaceOfTheHost() async throws {
        let server = try TLSServer()
        var call = HTTPCall(HTTPRequest("GET", "http://docker/version"))
        call.route.unixSocket = server.unixSocket
        // A proxy has no part in it.
        let client = CurlClient(CurlClient.Options(httpProxy: try RefusingPort().url))
        #expect(try await client.send(call).status == 200)
    }

    @Test func unixSocketThatIsNotThere() async throws {
        var call = HTTPCall(HTTPRequest("GET", "http://docker/version"))
        call.route.unixSocket = "/nonexistent/socket"
        let outcome = await failure { _ = try await client.send(call) }
        #expect(outcome.kind == .network)
        #expect(outcome.message == "could not connect to the socket /nonexistent/socket (no such file or directory)")
        #expect(outcome.hint == "check that the server is running and that this user may use its socket")
    }

    // MARK: Certificates

    @Test func certificateThatHasExpired() async throws {
        let server = try TLSServer(hasExpired: true)
        let outcome = await failure { _ = try await client.send(call(server)) }
        #expect(outcome.kind == .tls)
        #expect(outcome.message == "the certificate of \(server.authority) is not trusted (certificate has expired)")
        #expect(outcome.hint == "have the server's certificate renewed, and check this machine's clock")
    }

    @Test func clientCertificateFromFilesAndFromMemory() async throws {
        let server = try TLSServer(wantsCertificate: true)
        let texts = try [server.certificate, server.key].map { try String(contentsOfFile: $0, encoding: .utf8) }
        let both = [
            HTTPRoute.ClientCertificate(certificate: server.certificate, key: server.key),
            HTTPRoute.ClientCertificate(certificate: texts[0], key: texts[1]),
            HTTPRoute.ClientCertificate(certificate: texts[0] + texts[1]),
        ]
        for certificate in both {
            #expect(try await client.send(call(server, HTTPRoute(clientCertificate: certificate))).status == 200)
        }
        // nginx takes the connection and says no to the request.
        #expect(try await client.send(call(server)).status == 400)
    }

    @Test func keyThatBelongsToAnotherCertificate() async throws {
        let server = try TLSServer(wantsCertificate: true)
        let other = try TLSServer()
        let route = HTTPRoute(clientCertificate: .init(certificate: server.certificate, key: other.key))
        let outcome = await failure { _ = try await client.send(call(server, route)) }
        #expect(outcome.kind == .tls)
        #expect(outcome.nothingSent)
        #expect(outcome.message == "the client certificate for \(server.authority) can't be used")
        #expect(
            outcome.hint == "check that client_cert and client_key are PEM, belong together and need no pass phrase")
    }

    @Test func clientCertificateThatIsNotThere() async throws {
        let server = try TLSServer(wantsCertificate: true)
        func message(_ certificate: String, _ key: String?) async -> String {
            let route = HTTPRoute(clientCertificate: .init(certificate: certificate, key: key))
            return await failure { _ = try await client.send(call(server, route)) }.message
        }
        #expect(
            await message("/nonexistent/own.pem", nil)
                == "could not read the client certificate /nonexistent/own.pem for \(server.authority) "
                + "(no such file or directory)")
        #expect(
            await message(server.certificate, "/nonexistent/own.key")
                == "could not read the key of the client certificate for \(server.authority) (no such file or directory)"
        )
    }

    @Test func serverThatEndsTheConnectionForWantOfAClientCertificate() async throws {
        let server = try StrictTLSServer()
        var call = HTTPCall(HTTPRequest("POST", server.url), effect: .write)
        call.route.caFile = server.certificate
        let outcome = await failure { _ = try await client.send(call) }
        #expect(outcome.kind == .tls)
        #expect(outcome.message == "\(server.authority) wants a client certificate")
        #expect(outcome.hint == "add client_cert and client_key to the credential")
    }

    @Test func olderServerThatMayWantAClientCertificate() async throws {
        let server = try StrictTLSServer(version: "-tls1_2")
        var call = HTTPCall(HTTPRequest("POST", server.url), effect: .write)
        call.route.caFile = server.certificate
        let outcome = await failure { _ = try await client.send(call) }
        #expect(outcome.kind == .tls)
        #expect(outcome.nothingSent)
        #expect(outcome.message == "no secure connection with \(server.authority)")
        #expect(
            outcome.hint
                == "check that the port speaks TLS 1.2 or newer, and whether the server wants a client certificate")
    }

    @Test func serverThatDoesNotTrustTheClientCertificate() async throws {
        let server = try StrictTLSServer()
        let other = try TLSServer()
        var call = HTTPCall(HTTPRequest("POST", server.url), effect: .write)
        call.route.caFile = server.certificate
        call.route.clientCertificate = .init(certificate: other.certificate, key: other.key)
        let outcome = await failure { _ = try await client.send(call) }
        #expect(outcome.kind == .tls)
        #expect(outcome.message == "\(server.authority) does not accept the client certificate")
        #expect(outcome.hint == "check that it is valid and from an authority the server trusts")
    }

    @Test func clientCertificateIsNotShownToAnotherOrigin() async throws {
        let other = try TLSServer(wantsCertificate: true)
        let server = try TLSServer(redirect: other.url)
        var call = call(server)
        call.route.clientCertificate = .init(certificate: other.certificate, key: other.key)
        let folder = TemporaryFolder()
        let authorities = try [server, other].map { try String(contentsOfFile: $0.certificate, encoding: .utf8) }
        call.route.caFile = try folder.write("ca.pem", Array(authorities.joined().utf8))
        #expect(try await client.send(call).status == 400)
    }

    /// Those of a credential are for its own server, those of a step without one for all that it leads to.
    @Test func authoritiesOfACredentialAreNotForAnotherOrigin() async throws {
        let other = try TLSServer()
        let server = try TLSServer(redirect: other.url)
        var call = call(server)
        let folder = TemporaryFolder()
        let authorities = try [server, other].map { try String(contentsOfFile: $0.certificate, encoding: .utf8) }
        call.route.caFile = try folder.write("ca.pem", Array(authorities.joined().utf8))
        #expect(try await client.send(call).status == 200)
        call.credential = Credential(name: "own", type: "bearer", fields: ValueMap())
        let outcome = await failure { _ = try await client.send(call) }
        #expect(outcome.message == "the certificate of \(other.authority) is not trusted (self-signed certificate)")
    }

    // MARK: Addresses

    @Test func addressThatRefusesIsNotTheLastOneTried() async throws {
        // "localhost" is ::1 too, where nobody listens.
        let server = try FaultServer(replies: [.text("x")])
        let response = try await client.send(HTTPCall(HTTPRequest("GET", "http://localhost:\(server.port)/")))
        #expect(response.text == "x")
    }
}
