import FlowCore
import FlowSpec
import FlowYAML

extension WorkflowReader {
    /// `on:` as a name, a list of names, or a map.
    mutating func triggers(_ node: SourceNode) -> [Trigger] {
        if node.map != nil {
            guard let map = MapDecoder(node, Keywords.triggers, &diagnostics) else { return [] }
            return map.entries.compactMap { entry in
                Trigger.Kind(rawValue: entry.key).map { trigger($0, entry) }
            }
        }
        guard node.scalar?.isNull != true, node.string != nil || node.list != nil else {
            node.expected("a trigger, a list or a map of triggers", for: "on", &diagnostics)
            return []
        }
        return (node.list ?? [node]).compactMap { named($0) }
    }

    /// What is checked and kept, but starts no run.
    mutating func noteWhatNothingListensTo(_ triggers: [Trigger]) {
        for trigger in triggers where trigger.kind != .manual && trigger.kind != .call {
            let remedy =
                switch trigger.kind {
                case .webhook: "have the program that takes the request call \"flowctl run FILE --event REQUEST.json\""
                default: "have cron or a systemd timer call \"flowctl run FILE\""
                }
            diagnostics.add(
                Diagnostic(
                    .warning, "starts-nothing",
                    "this version of flowctl starts no run by itself: \"\(trigger.kind.rawValue)\" is checked only",
                    at: trigger.span, hint: remedy))
        }
    }

    private mutating func named(_ node: SourceNode) -> Trigger? {
        guard let text = node.decodeString(for: "on", &diagnostics) else { return nil }
        let name = Keywords.triggers.synonyms[text] ?? text
        guard let kind = Trigger.Kind(rawValue: name) else {
            diagnostics.error(
                "unknown-trigger", "unknown trigger \(JSON.quoted(text))", at: node.span,
                hint: Suggestion.didYouMean(text, among: Keywords.triggers.known)
                    ?? "use one of \(Keywords.triggers.known.joined(separator: ", "))")
            return nil
        }
        if name != text {
            diagnostics.note("spelling", "\"\(text)\" is taken as \"\(name)\"", at: node.span, hint: "write \(name)")
        }
        if kind != .manual, kind != .call {
            diagnostics.error(
                "missing-key", "\"\(name)\" needs settings", at: node.span, hint: "write on: {\(name): …} with them")
        }
        return Trigger(kind: kind, settings: [:], span: node.span)
    }

    private mutating func trigger(_ kind: Trigger.Kind, _ entry: SourceNode.Entry) -> Trigger {
        let node = entry.value
        switch kind {
        case .manual, .call:
            let isEmpty = node.scalar?.isNull == true || node.map?.isEmpty == true
            if !isEmpty {
                diagnostics.error(
                    "wrong-type", "\"\(entry.key)\" has no settings", at: node.shortSpan,
                    hint: "write \(entry.key): {}; inputs stand at the top of the file")
            }
        case .schedule:
            if let items = node.list {
                for item in items { schedule(item) }
            } else {
                node.expected("a list of schedules", for: "schedule", hint: "start each with \"- \"", &diagnostics)
            }
        case .webhook: webhook(node)
        case .poll: poll(node)
        }
        return Trigger(kind: kind, settings: node.value, span: entry.keySpan)
    }

    private mutating func schedule(_ node: SourceNode) {
        guard let map = MapDecoder(node, Keywords.schedule, &diagnostics) else { return }
        let times = ["cron", "every", "at"].filter(map.has)
        if times.count != 1 {
            diagnostics.error(
                "bad-schedule", "a schedule takes one of \"cron\", \"every\" and \"at\"", at: map.start,
                hint: times.isEmpty ? "add cron: \"0 9 * * *\", or another" : "make a schedule of each")
        }
        if let cron = map.node("cron"), let text = cron.decodeString(for: "cron", &diagnostics) {
            for fault in CronSyntax.faults(in: text) {
                diagnostics.error("bad-cron", fault.message, at: cron.span(ofText: fault.range), hint: fault.hint)
            }
        }
        _ = map.duration("every", &diagnostics)
        if let at = map.node("at"), let text = at.decodeString(for: "at", &diagnostics) {
            // Without an offset it is the time of the schedule's zone.
            if Timestamp(rfc3339: text) == nil, Timestamp(rfc3339: text + "Z") == nil {
                diagnostics.error(
                    "bad-timestamp", "\(JSON.quoted(text)) is no date and time", at: at.span,
                    hint: "write one such as 2026-01-31T09:00:00")
            }
        }
        if let zone = map.node("timezone"), let text = zone.decodeString(for: "timezone", &diagnostics) {
            if !WorkflowReader.isZoneName(text) {
                diagnostics.error(
                    "bad-timezone", "\(JSON.quoted(text)) is no name of a time zone", at: zone.span,
                    hint: "write one such as Europe/Berlin or UTC")
            }
        }
        _ = map.choice("missed", as: Keywords.Missed.self, &diagnostics)
        _ = map.duration("window", &diagnostics)
        _ = map.duration("jitter", &diagnostics)
        _ = map.choice("overlap", as: Keywords.Overlap.self, &diagnostics)
    }

    /// Names of the tz database: parts of letters, digits, `_`, `+` and `-`, joined by `/`.
    private static func isZoneName(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        return text.utf8.first.map { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A } == true && parts.count <= 3
            && parts.allSatisfy { part in
                !part.isEmpty && part.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_+-".contains($0)) }
            }
    }

    private mutating func webhook(_ node: SourceNode) {
        guard let map = MapDecoder(node, Keywords.webhook, &diagnostics) else { return }
        if let path = map.required("path", &diagnostics), let text = path.decodeString(for: "path", &diagnostics),
            !text.hasPrefix("/")
        {
            diagnostics.error(
                "bad-path", "the path \(JSON.quoted(text)) must start with \"/\"", at: path.span, hint: "write /\(text)"
            )
        }
        for method in map.strings("methods", &diagnostics) ?? [] where !Keywords.methods.contains(method.text) {
            diagnostics.error(
                "unknown-value", "\(JSON.quoted(method.text)) is not a value of \"methods\"", at: method.span,
                hint: Suggestion.nearest(to: method.text, among: Keywords.methods).map { "did you mean \"\($0)\"?" }
                    ?? (Keywords.methods.contains(method.text.uppercased())
                        ? "write \(method.text.uppercased())"
                        : "use one of \(Keywords.methods.joined(separator: ", "))"))
        }
        if let dedupe = map.node("dedupe") { _ = condition(dedupe, key: "dedupe") }
        _ = map.choice("respond", as: Keywords.Respond.self, &diagnostics)
        guard let verify = map.node("verify") else {
            diagnostics.error(
                "missing-key", "\"verify\" is missing in \"webhook\"", at: map.start,
                hint: "add verify: {scheme, credential}, or verify: none where anyone may start it")
            return
        }
        if verify.string == "none" { return }
        if verify.string != nil {
            verify.expected("none or a map", for: "verify", &diagnostics)
            return
        }
        guard let settings = MapDecoder(verify, Keywords.verify, &diagnostics) else { return }
        _ = settings.requiredString("scheme", &diagnostics)
        if let name = settings.requiredString("credential", &diagnostics), let node = settings.node("credential") {
            credentialNames.append(CredentialUse(name: name, span: node.span))
        }
    }

    private mutating func poll(_ node: SourceNode) {
        guard let map = MapDecoder(node, Keywords.poll, &diagnostics) else { return }
        _ = map.required("every", &diagnostics)
        _ = map.duration("every", &diagnostics)
        if let key = map.node("key") { _ = condition(key, key: "key") }
        if let name = map.string("credential", &diagnostics), let node = map.node("credential") {
            credentialNames.append(CredentialUse(name: name, node: map.node("uses")?.string, span: node.span))
        }
        if map.required("uses", &diagnostics) != nil { _ = kind(map, work: "uses") }
    }
}
