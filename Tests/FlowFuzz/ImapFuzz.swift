import FlowMail

/// What must hold for every answer of an IMAP server, however broken or hostile.
package enum ImapFuzz {
    package static func input(_ numbers: inout SeededNumbers) -> [UInt8] {
        var text = ""
        for _ in 0...numbers.below(4) { text += response(&numbers) + "\r\n" }
        return Array(text.utf8)
    }

    /// - Throws: a `Fuzz.Finding`.
    package static func check(_ bytes: [UInt8]) throws(Fuzz.Finding) {
        let whole = outcome(bytes, portion: bytes.count + 1)
        guard whole == outcome(bytes, portion: 1) else {
            throw Fuzz.Finding(
                promise: "portions make no difference", input: String(decoding: bytes, as: UTF8.self))
        }
        _ = MailText.header(bytes)
        _ = MailboxName.decode(bytes)
    }

    /// All that is read, up to what ends it.
    private static func outcome(_ bytes: [UInt8], portion: Int) -> [String] {
        let reader = ResponseReader(Portions(bytes, size: portion))
        let sink = Kept()
        reader.content = ("1.2", sink)
        var found: [String] = []
        while true {
            do {
                found.append(text(try reader.response()))
            } catch {
                return found + ["\(error)", "\(sink.bytes)"]
            }
        }
    }

    private static func text(_ response: Response) -> String {
        // Sets and dictionaries have no order that stays.
        switch response {
        case .capability(let names): "capability \(names.sorted())"
        case .counts(let folder, let counts): "counts \(folder) \(counts.sorted { $0.key < $1.key })"
        default: "\(response)"
        }
    }

    private final class Kept: ContentSink {
        var bytes: [UInt8] = []
        func take(_ portion: ArraySlice<UInt8>) { bytes += portion }
    }

    // MARK: Answers by the grammar

    private static func response(_ numbers: inout SeededNumbers) -> String {
        switch numbers.below(9) {
        case 0: return "* SEARCH 1 2 \(numbers.next() >> numbers.below(64)) (MODSEQ 7)"
        case 1: return "* LIST (\\HasNoChildren \\Sent) \(string(&numbers)) \(string(&numbers))"
        case 2: return "* STATUS \(string(&numbers)) (MESSAGES \(numbers.below(9)) X (1 (2 \(string(&numbers)))))"
        case 3: return "f1 \(numbers.pick(["OK", "NO", "BAD"])) [COPYUID 1 1:3 4:6] done"
        case 4:
            return numbers.pick(["* BYE later", "+ go on", "* CAPABILITY IMAP4rev1 MOVE", "* 3 EXISTS", "* 4 EXPUNGE"])
        default:
            var items: [String] = []
            for _ in 0...numbers.below(5) {
                switch numbers.below(7) {
                case 0: items.append("UID \(numbers.below(1000))")
                case 1: items.append("FLAGS (\\Seen \\Flagged own)")
                case 2: items.append("INTERNALDATE \"17-Jul-1996 02:44:25 -0700\"")
                case 3: items.append("ENVELOPE \(envelope(&numbers))")
                case 4: items.append("BODY[1.2]<0> \(string(&numbers))")
                case 5: items.append("RFC822.SIZE \(numbers.below(100_000))")
                default: items.append("BODYSTRUCTURE \(part(&numbers, depth: numbers.pick([1, 3, 25])))")
                }
            }
            return "* 7 FETCH (\(items.joined(separator: " ")))"
        }
    }

    private static func string(_ numbers: inout SeededNumbers) -> String {
        let text = numbers.pick(["", "a", "f1 OK done\r\n", "=?utf-8?q?=C3=A4?=", "&AGE-", "ä", "a \"b\" \\c"])
        switch numbers.below(4) {
        case 0: return "NIL"
        case 1: return "\"\(text.filter { $0 != "\"" && $0 != "\\" && !$0.isNewline })\""
        default: return "{\(text.utf8.count)}\r\n\(text)"
        }
    }

    private static func envelope(_ numbers: inout SeededNumbers) -> String {
        let lists = (0..<6).map { _ in
            numbers.once(in: 2)
                ? "NIL" : "((\(string(&numbers)) NIL \(string(&numbers)) \(string(&numbers))))"
        }
        return "(\(string(&numbers)) \(string(&numbers)) \(lists.joined(separator: " ")) NIL \(string(&numbers)))"
    }

    private static func part(_ numbers: inout SeededNumbers, depth: Int) -> String {
        if depth > 0, numbers.below(3) > 0 {
            var parts = ""
            for _ in 0...numbers.below(2) { parts += part(&numbers, depth: depth - 1) }
            return "(\(parts) \"mixed\" (\"boundary\" \(string(&numbers))) NIL)"
        }
        return numbers.pick([
            "(\"text\" \"plain\" (\"charset\" \"utf-8\") NIL NIL \"7bit\" 3 1)",
            "(\"application\" \"pdf\" NIL NIL NIL \"base64\" 300 NIL (\"attachment\" (\"filename*\" \"utf-8''%41\")))",
            "(\"message\" \"rfc822\" NIL NIL NIL \"7bit\" 9 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) (\"text\" \"plain\" NIL NIL NIL \"7bit\" 3 1) 4)",
        ])
    }
}
