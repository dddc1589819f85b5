import FlowCore
import FlowYAML

/// One part of a multipart body: what it holds, and of name, file name and type those that a case gives.
struct ExpectedPart: Sendable {
    var name: String?
    var filename: String?
    var type: String?
    var text: String

    init?(_ node: SourceNode, _ diagnostics: inout Diagnostics) {
        guard let map = MapDecoder(node, "a part", &diagnostics) else { return nil }
        map.finish(["name", "filename", "type", "text"], &diagnostics)
        name = map.string("name", &diagnostics)
        filename = map.string("filename", &diagnostics)
        type = map.string("type", &diagnostics)
        text = map.string("text", &diagnostics) ?? ""
    }

    /// Whether a part as it was sent is this one.
    func matches(_ part: Substring) -> Bool {
        guard let end = part.firstRange(of: "\r\n\r\n") else { return false }
        let head = part[..<end.lowerBound]
        let wanted = [
            name.map { "; name=\"\($0)\"" }, filename.map { "; filename=\"\($0)\"" },
            type.map { "Content-Type: \($0)" },
        ]
        return part[end.upperBound...] == text && wanted.allSatisfy { $0.map { head.contains($0) } ?? true }
    }

    /// The parts of a body, without their boundaries; nil where it is no multipart body.
    static func parts(of body: String, contentType: String) -> [Substring]? {
        guard let range = contentType.firstRange(of: "boundary=") else { return nil }
        let boundary = contentType[range.upperBound...].prefix { $0 != ";" }.filter { $0 != "\"" }
        let parts = body.split(separator: "--" + boundary, omittingEmptySubsequences: false)
        guard parts.count > 1, parts.last == "--\r\n" else { return nil }
        return parts.dropFirst().dropLast().map { $0.dropFirst().dropLast() }
    }
}
