import FlowCore
import FlowSpec

/// What a server says to a command: a code of three digits, and text (RFC 5321, 4.2).
struct SMTPReply: Sendable, Hashable {
    let code: Int
    /// What follows the code, of each line.
    let lines: [String]

    var isPositive: Bool { (200..<300).contains(code) }
    /// Whether the same may be taken later.
    var isTemporary: Bool { (400..<500).contains(code) }
    /// Whether the server hangs up after it.
    var isFarewell: Bool { code == 421 || code == 221 }

    /// In one line, fit for a message.
    var text: String { ServiceText.line(([String(code)] + lines).joined(separator: " ")) }

    /// Such as `5.1.1` (RFC 3463); empty where the server gives none.
    var status: String {
        let word = lines.first?.prefix { $0 != " " } ?? ""
        let parts = word.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 3 && parts.allSatisfy { UInt16($0) != nil } ? String(word) : ""
    }

    /// The name under which the server keeps the message, as most of them write it: `queued as 4Bx1`, `OK id=1xU-0`.
    var queueID: String? {
        let words = lines.joined(separator: " ").split { $0.isWhitespace || "<>[](),;".contains($0) }
        for (index, word) in words.enumerated() {
            if word.lowercased() == "queued", index + 2 < words.count, words[index + 1] == "as" {
                return String(words[index + 2])
            }
            for key in ["id=", "InternalId="] where word.hasPrefix(key) { return String(word.dropFirst(key.count)) }
        }
        return nil
    }
}

/// Reads replies from a connection.
struct SMTPReplyReader {
    private static let longestLine = 8192
    private static let mostLines = 200

    private var buffer: [UInt8] = []

    /// - Throws: `protocol` where something else comes; what reading throws.
    mutating func read(from handle: MailHandle) throws -> SMTPReply {
        var lines: [String] = []
        while lines.count < Self.mostLines {
            let line = try line(from: handle)
            guard let code = Int(line.prefix(3)), (200..<600).contains(code), line.prefix(3).utf8.count == 3 else {
                break
            }
            let rest = line.dropFirst(3)
            lines.append(String(rest.dropFirst()))
            if rest.first != "-" { return SMTPReply(code: code, lines: lines) }
        }
        throw Failure(
            .protocolError, "\(handle.server.authority) does not answer as a server of mail does",
            hint: "check that host and port are those of a server that sends mail")
    }

    private mutating func line(from handle: MailHandle) throws -> String {
        while true {
            if let end = buffer.firstIndex(of: 0x0A) {
                defer { buffer.removeSubrange(...end) }
                return String(decoding: buffer[..<end], as: UTF8.self).trimmed
            }
            // What is that long is no reply.
            guard buffer.count < Self.longestLine else { return "" }
            let more = try [UInt8](unsafeUninitializedCapacity: 4096) { space, count in
                count = try handle.read(into: UnsafeMutableRawBufferPointer(space))
            }
            buffer += more
        }
    }
}
