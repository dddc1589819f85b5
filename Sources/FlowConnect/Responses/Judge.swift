import FlowCore
import FlowExpression
import FlowSpec
import Synchronization

/// Says of each response whether it is a success, and if not, what kind of failure: by the connector's rules first,
/// then by status.
///
/// Keeps what it decoded last, so that the body that is accepted isn't read twice. Safe to use from any thread.
final class Judge: Sendable {
    private let rules: ErrorRules
    private let isOwn: Bool
    private let accepted: Set<Int>
    private let acceptedWhen: [Expression]
    private let doneSigns: [ErrorRules.Sign]
    private let decoding: Decoding?
    private let usualDecoding: Decoding?
    private let effect: Effect
    private let hasKey: Bool
    private let rendering: Rendering
    private let files: any FileSystem
    private let mask: @Sendable (String) -> String
    private let last = Mutex<(response: HTTPResponse, decoded: DecodedResponse)?>(nil)

    /// - Parameter isOwn: whether the rules are from a file of the user's own, who can change them.
    init(
        rules: ErrorRules, isOwn: Bool, template: RequestTemplate, usualDecoding: Decoding?, effect: Effect,
        hasKey: Bool,
        rendering: Rendering, files: any FileSystem, mask: @escaping @Sendable (String) -> String
    ) {
        self.rules = rules
        self.isOwn = isOwn
        accepted = template.accepted
        acceptedWhen = template.acceptedWhen
        doneSigns = template.doneSigns
        decoding = template.decoding
        self.usualDecoding = usualDecoding
        self.effect = effect
        self.hasKey = hasKey
        self.rendering = rendering
        self.files = files
        self.mask = mask
    }

    func decode(_ response: HTTPResponse) -> DecodedResponse {
        // Equal arrays of the same buffer compare at once.
        if let held = last.withLock({ $0 }), held.response == response { return held.decoded }
        let decoded = DecodedResponse(
            response, as: isPlainRefusal(response) ? nil : decoding, usually: usualDecoding)
        last.withLock { $0 = (response, decoded) }
        return decoded
    }

    /// Whether a service that would give bytes says no by its status, and so perhaps in words.
    private func isPlainRefusal(_ response: HTTPResponse) -> Bool {
        decoding == .bytes && acceptedWhen.isEmpty && !(200..<300).contains(response.status)
            && !accepted.contains(response.status)
    }

    /// What an operation goes on with.
    ///
    /// - Parameter secrets: members that are as good as a credential.
    func result(of response: HTTPResponse, hiding secrets: [[String]]) -> DecodedResponse {
        var decoded = decode(response)
        // It says no where there is nothing left to do.
        if response.meansDone { decoded.body = .null }
        decoded.meansDone = response.meansDone
        decoded.markSecret(secrets)
        return decoded
    }

    /// Whether its status, or what the connector says of it, makes the response a success.
    func accepts(_ response: HTTPResponse) -> Bool {
        if (200..<300).contains(response.status) || accepted.contains(response.status) { return true }
        guard !acceptedWhen.isEmpty else { return false }
        let scope = rendering.with(decode(response))
        return acceptedWhen.contains { (try? scope.value($0).boolValue) == true }
    }

    /// nil where the response is a success.
    func failure(of response: HTTPResponse) -> Failure? {
        let decoded = decode(response)
        let byStatus =
            accepts(response)
            ? nil
            : HTTPStatusTable.failure(
                for: response, effect: effect, hasIdempotencyKey: hasKey, now: rendering.now())
        let isSuccess = byStatus == nil
        if isSuccess, let defect = decoded.defect { return defect }
        let scope = rendering.with(decoded.file == nil ? decoded : refusalInFile(decoded))
        if let when = rules.when {
            do throws(Failure) {
                if try scope.holds(when) { return refusal(response, scope, byStatus) }
            } catch {
                // The rules are about answers of the service; what a file holds is the user's.
                if isSuccess, decoded.file != nil { return nil }
                return byStatus ?? unexpected(response, error)
            }
        }
        guard let byStatus else { return nil }
        return refusal(response, scope, byStatus)
    }

    /// The failure of a response that the connector's condition can't be told of.
    private func unexpected(_ response: HTTPResponse, _ reason: Failure) -> Failure {
        var hint = "check that the address is the service's own"
        if isOwn, let when = rules.when {
            hint += ", and what \"when\" asks at \(when.span.location): \(reason.message)"
        }
        return Failure(
            .protocolError, "\(server(response)) answered something else than its connector expects", hint: hint,
            underlying: reason.message)
    }

    /// The response with the JSON of its file as the body, where that may be the service's own word: it says no in few
    /// bytes, in place of a file that was asked for.
    private func refusalInFile(_ decoded: DecodedResponse) -> DecodedResponse {
        guard let file = decoded.file, file.size <= Judge.maximumRefusal,
            DecodedResponse.decoding(ofType: file.mediaType) == .json,
            let bytes = try? files.read(file.path, limit: Int(Judge.maximumRefusal)), let body = try? JSON.parse(bytes)
        else { return decoded }
        var read = decoded
        read.body = body
        return read
    }

    private static let maximumRefusal: Int64 = 64 << 10

    /// The failure of a response that says no.
    private func refusal(_ response: HTTPResponse, _ scope: Rendering, _ byStatus: Failure?) -> Failure {
        let code = text(rules.code, scope)
        let rule = rule(status: response.status, code: code, scope)
        let said = rule?.kind
        // A read is never uncertain, nor is a write with a key.
        let isSafe = effect != .write || hasKey
        let kind = said == .uncertain && isSafe ? .transient : said ?? byStatus?.kind ?? .invalid
        var failure = byStatus ?? Failure(kind, "\(server(response)) answered \"\(code ?? "no")\"")
        failure.kind = kind
        failure.mayBeDone = said == .uncertain
        failure.refusesRetry = rules.finalSigns.contains { fits($0, status: response.status, code: code, scope) }
        failure.code = code ?? String(response.status)
        failure.requestID = text(rules.requestID, scope) ?? RequestID.of(response.headers)
        if let message = text(rules.message, scope) {
            failure.message += ": \(message)"
        } else if byStatus != nil, let code {
            failure.message += ": \(code)"
        }
        // The hint of the status is about a kind it may not be.
        if byStatus?.kind != kind { failure.hint = nil }
        if kind == .rateLimited || kind == .transient {
            failure.retryAfter = failure.retryAfter ?? delay(response, scope)
            failure.hint = HTTPStatusTable.hint(toComeBackAfter: failure.retryAfter)
        }
        // A key keeps a repetition from doing it twice only as long as the service remembers it.
        if failure.refusesRetry, effect == .write, HTTPCall.isOutcomeUnknown(failure, response) {
            failure.hint = "look whether it happened before you resume the run"
        }
        let ofStatus = byStatus?.kind == kind || rule?.isOfStatus == true
        failure.hint = hint(code: code, status: ofStatus ? response.status : nil, scope) ?? failure.hint
        return failure
    }

    /// The kind that the rules give a response; nil leaves it to the status.
    ///
    /// - Returns: `isOfStatus` where the status alone says it.
    private func rule(status: Int, code: String?, _ scope: Rendering) -> (kind: FailureKind, isOfStatus: Bool)? {
        for (kind, signs) in rules.kinds {
            guard let sign = signs.first(where: { fits($0, status: status, code: code, scope) }) else { continue }
            if case .status = sign { return (kind, true) }
            return (kind, false)
        }
        return nil
    }

    private func fits(_ sign: ErrorRules.Sign, status: Int, code: String?, _ scope: Rendering) -> Bool {
        switch sign {
        case .code(let known): known == code
        case .status(let known): known == status
        case .condition(let condition): (try? scope.value(condition).boolValue) == true
        }
    }

    /// Whether a response that is a failure is how the service refuses what has been done already.
    func meansDone(_ response: HTTPResponse) -> Bool {
        guard !doneSigns.isEmpty else { return false }
        let scope = rendering.with(decode(response))
        let code = text(rules.code, scope)
        return doneSigns.contains { fits($0, status: response.status, code: code, scope) }
    }

    /// - Parameter status: nil where the failure is of another kind than the status says, of which its hint knows nothing.
    private func hint(code: String?, status: Int?, _ scope: Rendering) -> String? {
        for key in [code, status.map(String.init)].compactMap(\.self) {
            if let hint = rules.hints.first(where: { $0.key == key }), let text = text(hint.hint, scope) { return text }
        }
        return nil
    }

    private func delay(_ response: HTTPResponse, _ scope: Rendering) -> Duration? {
        for delay in rules.delays {
            if let condition = delay.condition, (try? scope.value(condition).boolValue) != true { continue }
            if let duration = delay.source.duration(response, body: scope.variables["body"] ?? .null, rendering.now()) {
                return duration
            }
        }
        return nil
    }

    private func server(_ response: HTTPResponse) -> String { Origin(response.url)?.host ?? "the server" }

    /// One line of the other side's text; nil where there is none.
    private func text(_ template: Template?, _ scope: Rendering) -> String? {
        guard let template, let text = try? scope.text(template), !text.isEmpty else { return nil }
        return ServiceText.line(text, mask: mask)
    }
}

extension ErrorRules.Delay.Source {
    /// How long to wait; nil where the response doesn't say.
    func duration(_ response: HTTPResponse, body: Value, _ now: Timestamp) -> Duration? {
        switch self {
        case .headerSeconds(let name): number(response.headers[name]).flatMap(AskedPause.longSeconds)
        case .headerMilliseconds(let name): number(response.headers[name]).flatMap { AskedPause.longSeconds($0 / 1000) }
        case .headerEpoch(let name): number(response.headers[name]).flatMap { AskedPause.epoch($0, now: now) }
        case .headerDate(let name): response.headers[name].flatMap { AskedPause.date($0, now: now) }
        case .jsonSeconds(let path): number(body, path).flatMap(AskedPause.longSeconds)
        case .jsonMilliseconds(let path): number(body, path).flatMap { AskedPause.longSeconds($0 / 1000) }
        case .jsonEpoch(let path): number(body, path).flatMap { AskedPause.epoch($0, now: now) }
        case .seconds(let count): .seconds(count)
        }
    }

    private func number(_ header: String?) -> Double? { header.flatMap(AskedPause.number) }

    private func number(_ body: Value, _ path: [String]) -> Double? {
        guard let value = path.reduce(Optional(body), { $0?[$1] }) else { return nil }
        return value.doubleValue ?? value.stringValue.flatMap(Double.init)
    }
}
