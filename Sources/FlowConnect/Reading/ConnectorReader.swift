package import FlowCore
import FlowExpression
package import FlowSpec
import FlowYAML

/// Reads connector files strictly: every mistake is a diagnostic with its place.
package struct ConnectorReader {
    let source: NodeSpec.Source
    var diagnostics = Diagnostics()
    /// Those of the connector, which its operations may read.
    var sharedLookups: [Lookup] = []
    /// Those that the operation that is read may read.
    var lookupsInReach: [Lookup] = []
    /// The addresses under `hosts:` that aren't computed.
    var hosts: [String] = []

    /// Reads the text of one file.
    ///
    /// - Returns: the connector, nil where it can't be used; and every diagnostic, notes and warnings too.
    package static func read(_ text: SourceText, from source: NodeSpec.Source) -> (Connector?, Diagnostics) {
        var reader = ConnectorReader(source: source)
        guard let root = YAML.read(text, diagnostics: &reader.diagnostics) else { return (nil, reader.diagnostics) }
        let connector = reader.connector(root)
        return (reader.diagnostics.hasErrors ? nil : connector, reader.diagnostics)
    }

    private static let keys = [
        "connector", "title", "summary", "docs", "base", "hosts", "contract", "override", "headers", "required_headers",
        "defaults", "auth", "errors", "resolve", "operations",
    ]
    private static let laterKeys = ["webhooks", "triggers", "limits"]

    mutating func connector(_ root: SourceNode) -> Connector? {
        if let keys = root.map, !keys.contains(where: { $0.key == "connector" }),
            let entry = keys.first(where: { $0.key == "steps" })
        {
            diagnostics.error(
                "no-connector", "this is a workflow, not a connector", at: entry.keySpan,
                hint: "check it with: flowctl validate \(root.span.source.name.asShellWord)")
            return nil
        }
        guard let map = MapDecoder(root, "a connector", &diagnostics) else { return nil }
        map.finish(Self.keys, later: Self.laterKeys, &diagnostics)
        let name = map.required("connector", &diagnostics).flatMap { identifier($0, "a connector") }
        let base = map.required("base", &diagnostics).flatMap { template($0, for: "base") }
        let hosts = addresses(map, "hosts") ?? []
        self.hosts = hosts.compactMap(\.literal)
        var defaults = Connector.Defaults()
        if let node = map.node("defaults") { defaults = self.defaults(node) }
        let errors = map.node("errors").map { errorRules($0) } ?? .none
        let auth = map.map("auth", &diagnostics)?.compactMap { authScheme($0, of: name ?? "") } ?? []
        sharedLookups = lookups(map)
        let operations = operations(map, defaults)
        guard let name, let base else { return nil }
        let headers = headers(map) ?? []
        let connector = Connector(
            name: name, title: map.string("title", &diagnostics) ?? name,
            summary: map.string("summary", &diagnostics) ?? "", documentation: map.string("docs", &diagnostics),
            base: base, hosts: hosts, contract: map.string("contract", &diagnostics),
            isOverride: map.bool("override", &diagnostics) ?? false, headers: headers,
            requiredHeaders: requiredHeaders(map, among: headers.map(\.name)), defaults: defaults, auth: auth,
            errors: errors, lookups: sharedLookups, operations: operations, source: source)
        checkTests(connector)
        checkCredentialPlaces(connector)
        checkPresigned(connector)
        return connector
    }

    private mutating func operations(_ map: MapDecoder, _ defaults: Connector.Defaults) -> [Operation] {
        guard map.required("operations", &diagnostics) != nil, let entries = map.map("operations", &diagnostics) else {
            return []
        }
        if entries.isEmpty {
            diagnostics.error(
                "no-operations", "a connector needs an operation", at: map.node("operations")?.span ?? map.span)
        }
        return entries.compactMap { operation($0, defaults) }
    }

    private mutating func defaults(_ node: SourceNode) -> Connector.Defaults {
        var defaults = Connector.Defaults()
        guard let map = MapDecoder(node, "\"defaults\"", &diagnostics) else { return defaults }
        map.finish(["body", "form", "decode", "limit"], &diagnostics)
        defaults.body = map.choice("body", &diagnostics) ?? .json
        defaults.form = map.choice("form", &diagnostics) ?? .json
        defaults.decode = decoding(map)
        defaults.limit = map.node("limit").flatMap { limit($0, of: nil) }
        return defaults
    }

    private mutating func requiredHeaders(_ map: MapDecoder, among names: [String]) -> [String] {
        (map.strings("required_headers", &diagnostics) ?? []).compactMap { header in
            if names.contains(header.text) { return header.text }
            diagnostics.error(
                "unknown-header", "there is no header \(JSON.quoted(header.text)) under \"headers\"", at: header.span,
                hint: Suggestion.didYouMean(header.text, among: names) ?? "add it there")
            return nil
        }
    }

    private mutating func checkTests(_ connector: Connector) {
        for scheme in connector.auth {
            guard let test = scheme.probe?.operation else { continue }
            guard let operation = connector.operation(test) else {
                diagnostics.error(
                    "unknown-operation", "there is no operation \"\(test)\" to test \"\(scheme.name)\" with",
                    at: scheme.span, hint: Suggestion.didYouMean(test, among: connector.operations.map(\.name)))
                continue
            }
            if case .request = operation.work, operation.poll == nil, operation.batch == nil, operation.effect == .read,
                operation.parameters.allSatisfy({ !$0.parameter.isRequired })
            {
                continue
            }
            diagnostics.error(
                "unfit-test", "\"\(test)\" can't test \"\(scheme.name)\": it is more than one request that only reads",
                at: scheme.span, hint: "name an operation of one request, with effect: read and nothing required")
        }
    }

    // MARK: Shared parts

    /// A name of lower-case letters, digits and `_`.
    mutating func identifier(_ node: SourceNode, _ noun: String) -> String? {
        node.decodeString(&diagnostics).flatMap { identifier($0, at: node.span, noun) }
    }

    mutating func identifier(_ name: String, at span: SourceSpan, _ noun: String) -> String? {
        let isName =
            name.first.map { $0.isASCII && $0.isLowercase } == true
            && name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }
        if isName { return name }
        diagnostics.error(
            "bad-name", "\(JSON.quoted(name)) is no name of \(noun)", at: span,
            hint: "use lower-case letters, digits and _, a letter first")
        return nil
    }

    mutating func template(_ node: SourceNode, for key: String) -> Template? {
        guard node.decodeString(for: key, &diagnostics) != nil else { return nil }
        do {
            return try Template.compile(node)
        } catch {
            diagnostics.add(contentsOf: error.diagnostics)
            return nil
        }
    }

    /// The one expression of a field that is exactly one `${{ }}`.
    mutating func condition(_ node: SourceNode, for key: String) -> Expression? {
        guard let template = template(node, for: key) else { return nil }
        if template.parts.count == 1, case .expression(let expression) = template.parts[0] { return expression }
        diagnostics.error(
            "wrong-type", "expected one expression for \"\(key)\"", at: node.span, hint: "write it as ${{ … }}")
        return nil
    }

    mutating func valueTemplate(_ node: SourceNode) -> ValueTemplate? {
        ValueTemplate.compile(node, diagnostics: &diagnostics)
    }

    /// A map of names to values with templates.
    mutating func fields(_ map: MapDecoder, _ key: String) -> [(name: String, value: ValueTemplate)]? {
        map.map(key, &diagnostics)?.compactMap { entry in
            valueTemplate(entry.value).map { (entry.key, $0) }
        }
    }

    mutating func headers(_ map: MapDecoder) -> [(name: String, value: HeaderTemplate)]? {
        map.map("headers", &diagnostics)?.compactMap { entry in
            guard HeaderTemplate.isName(entry.key) else {
                diagnostics.error("bad-name", "\(JSON.quoted(entry.key)) is no header name", at: entry.keySpan)
                return nil
            }
            guard entry.value.map != nil else {
                return template(entry.value, for: entry.key).map { (entry.key, .text($0)) }
            }
            guard let map = MapDecoder(entry.value, "the header \"\(entry.key)\"", &diagnostics) else { return nil }
            map.finish(["json"], &diagnostics)
            return map.required("json", &diagnostics).flatMap { valueTemplate($0) }.map { (entry.key, .json($0)) }
        }
    }

    mutating func addresses(_ map: MapDecoder, _ key: String) -> [Template]? {
        map.list(key, &diagnostics)?.compactMap { template($0, for: key) }
    }

    /// `1/s per ${{ params.channel }}`
    mutating func limit(_ node: SourceNode, of operation: String?) -> RateLimit? {
        guard let text = node.decodeString(for: "limit", &diagnostics) else { return nil }
        let parts = text.firstRange(of: " per ").map { (text[..<$0.lowerBound], text[$0.upperBound...]) }
        guard var limit = RateLimit(parts?.0 ?? text[...], of: operation) else {
            diagnostics.error(
                "bad-limit", "\(JSON.quoted(text)) is no rate", at: node.span,
                hint: "write a count and a unit s min h d, such as 50/min or 1/s per ${{ params.channel }}")
            return nil
        }
        if let key = parts?.1 {
            limit.key = node.suffix(from: text.utf8.count - key.utf8.count).flatMap { template($0, for: "limit") }
        }
        return limit
    }
}
