import FlowCore

/// Where traces go, from the variables that OpenTelemetry's specification names.
struct ExportSettings: Sendable {
    /// The URL that takes traces.
    var url: String
    var headers: [(name: String, value: String)]
    /// Of one request.
    var timeout: Duration
    var caFile: String?
    /// Attributes of the process that everything comes from.
    var resource: [(String, String)]

    /// nil where nothing is to be exported.
    ///
    /// - Throws: an `Exit` of status `usage` that names the variable.
    init?(environment: [String: String]) throws {
        /// The variable for traces wins over the one for everything.
        func variable(_ name: String) -> (name: String, text: String)? {
            for name in ["OTEL_EXPORTER_OTLP_TRACES_\(name)", "OTEL_EXPORTER_OTLP_\(name)"] {
                if let text = environment[name], !text.isEmpty { return (name, text) }
            }
            return nil
        }
        guard environment["OTEL_SDK_DISABLED"]?.lowercased() != "true", environment["OTEL_TRACES_EXPORTER"] != "none",
            let endpoint = variable("ENDPOINT")
        else { return nil }
        guard endpoint.text.hasPrefix("http://") || endpoint.text.hasPrefix("https://"),
            Origin(endpoint.text) != nil
        else {
            throw Exit.usage(
                "\(endpoint.name) is no URL of http or https: \"\(endpoint.text)\"",
                hint: "write it like http://localhost:4318")
        }
        if let chosen = variable("PROTOCOL"), chosen.text == "grpc" {
            throw Exit.usage(
                "\(chosen.name) is grpc; flowctl sends traces over HTTP only",
                hint: "set it to http/json and let the endpoint be the HTTP port, mostly 4318; "
                    + "OTEL_TRACES_EXPORTER=none turns traces off")
        }
        if endpoint.name.contains("_TRACES_") {
            url = endpoint.text
        } else {
            url = (endpoint.text.hasSuffix("/") ? String(endpoint.text.dropLast()) : endpoint.text) + "/v1/traces"
        }
        headers = try variable("HEADERS").map(ExportSettings.pairs) ?? []
        timeout = try ExportSettings.timeout(variable("TIMEOUT"))
        caFile = variable("CERTIFICATE")?.text
        var resource =
            try environment["OTEL_RESOURCE_ATTRIBUTES"].flatMap { $0.isEmpty ? nil : $0 }
            .map { try ExportSettings.pairs(("OTEL_RESOURCE_ATTRIBUTES", $0)) } ?? []
        let service = environment["OTEL_SERVICE_NAME"].flatMap { $0.isEmpty ? nil : $0 }
        if service != nil || !resource.contains(where: { $0.name == "service.name" }) {
            resource.removeAll { $0.name == "service.name" }
            resource.insert(("service.name", service ?? "flowctl"), at: 0)
        }
        self.resource = resource.map { ($0.name, $0.value) }
    }

    /// What must not be shown: values of headers are mostly keys of a service, alone or behind a word such as `Bearer`.
    var secrets: [String] {
        headers.flatMap { [$0.value] + $0.value.split(separator: " ").dropFirst().map(String.init) }
    }

    /// `a=1,b=two%20words`
    private static func pairs(_ variable: (name: String, text: String)) throws -> [(name: String, value: String)] {
        try variable.text.split(separator: ",").map { pair in
            let text = trimmed(pair)
            guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
                // Headers are mostly keys of a service: the text itself is not shown.
                throw Exit.usage(
                    "\(variable.name) is not a list of name=value", hint: "write it like a=1,b=two%20words")
            }
            let value = PercentEncoding.decode(trimmed(text[text.index(after: equals)...]))
            return (trimmed(text[..<equals]), value)
        }
    }

    private static func timeout(_ variable: (name: String, text: String)?) throws -> Duration {
        guard let variable else { return .seconds(10) }
        guard let milliseconds = Int64(variable.text), (1...600_000).contains(milliseconds) else {
            throw Exit.usage(
                "\(variable.name) is no number of milliseconds from 1 to 600000: \"\(variable.text)\"")
        }
        return .milliseconds(milliseconds)
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
