package import FlowCore
import FlowSpec

extension CurlClient {
    /// What holds for every request of a client.
    package struct Options: Sendable, Hashable {
        /// Proxy for `http` URLs, such as `http://proxy.example:3128`; nil goes straight.
        package var httpProxy: String?
        /// Proxy for `https` URLs.
        package var httpsProxy: String?
        /// Hosts that need no proxy.
        package var noProxy: ProxyExemptions
        /// Sent where a request has no `User-Agent` of its own.
        package var userAgent: String
        /// Requests on their way to one scheme, host and port at a time; more wait in line.
        package var requestsPerHost: Int
        /// Those of them over `https` that need a connection each.
        package var connectionsPerHost: Int
        /// Requests on their way in all; never more than the process may have sockets.
        package var requestsInAll: Int
        /// Bytes of all header lines of one response.
        package var maximumHeaderBytes: Int

        package init(
            httpProxy: String? = nil, httpsProxy: String? = nil, noProxy: ProxyExemptions = ProxyExemptions(),
            userAgent: String = "flowctl",
            requestsPerHost: Int = 1000, connectionsPerHost: Int = 100, requestsInAll: Int = 1000,
            maximumHeaderBytes: Int = 256 << 10
        ) {
            self.httpProxy = httpProxy
            self.httpsProxy = httpsProxy
            self.noProxy = noProxy
            self.userAgent = userAgent
            self.requestsPerHost = requestsPerHost
            self.connectionsPerHost = connectionsPerHost
            self.requestsInAll = requestsInAll
            self.maximumHeaderBytes = maximumHeaderBytes
        }

        /// Options with the proxies that the given environment variables name, as other tools read them, and with the
        /// limits of `FLOWCTL_MAX_REQUESTS` and `FLOWCTL_MAX_REQUESTS_PER_HOST`.
        ///
        /// `HTTP_PROXY` in upper case is not read: a CGI server sets it from a request's `Proxy` header.
        ///
        /// - Throws: a `Failure` of kind `invalid` where a limit is no number.
        package init(environment: [String: String], userAgent: String = "flowctl") throws(Failure) {
            func value(_ names: String...) -> String? {
                names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
            }
            self.init(
                httpProxy: value("http_proxy", "all_proxy", "ALL_PROXY"),
                httpsProxy: value("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"),
                noProxy: ProxyExemptions(value("no_proxy", "NO_PROXY") ?? ""), userAgent: userAgent)
            if let count = try Options.limit("FLOWCTL_MAX_REQUESTS", in: environment) { requestsInAll = count }
            if let count = try Options.limit("FLOWCTL_MAX_REQUESTS_PER_HOST", in: environment) {
                requestsPerHost = count
                connectionsPerHost = count
            }
        }

        /// The passwords in the addresses of the proxies, as they stand there and as they are sent.
        package var passwords: [String] {
            [httpProxy, httpsProxy].compactMap { $0.flatMap(Options.password) }
                .flatMap { [$0, PercentEncoding.decode($0)] }
        }

        private static func password(in address: String) -> String? {
            let start = address.firstRange(of: "://")?.upperBound ?? address.startIndex
            guard let end = address.lastIndex(of: "@"), start < end,
                let colon = address[start..<end].firstIndex(of: ":")
            else { return nil }
            return String(address[address.index(after: colon)..<end])
        }

        private static func limit(_ variable: String, in environment: [String: String]) throws(Failure) -> Int? {
            guard let text = environment[variable], !text.isEmpty else { return nil }
            guard let count = Int(text), limits.contains(count) else {
                throw Failure(
                    .invalid, "\(variable) is \(JSON.quoted(text)), which is no number of requests",
                    hint: "write a number from \(limits.lowerBound) to \(limits.upperBound)")
            }
            return count
        }

        private static let limits = 1...10_000

        /// The proxy that an exchange goes through; nil goes straight.
        func proxy(for exchange: Exchange) -> String? {
            guard exchange.route.unixSocket == nil else { return nil }
            if let own = exchange.route.proxy { return own.isEmpty ? nil : own }
            let proxy = exchange.origin.scheme == "https" ? httpsProxy : httpProxy
            let origin = exchange.origin
            return proxy == nil || noProxy.covers(origin.host, port: origin.port) ? nil : proxy
        }
    }
}
