/// One command of IMAP, without its tag.
struct Command {
    enum Piece {
        case text(String)
        /// Sent when the server is ready for it, or at once where it takes that.
        case literal([UInt8])
    }

    private(set) var pieces: [Piece] = []
    /// What it is called in messages: `APPEND`, `UID COPY`.
    let name: String
    /// Whether doing it twice does it twice.
    let isUnrepeatable: Bool

    init(_ text: String, isUnrepeatable: Bool = false) {
        pieces = [.text(text)]
        let words = text.split(separator: " ", maxSplits: 2)
        name = words.prefix(words.first == "UID" ? 2 : 1).joined(separator: " ")
        self.isUnrepeatable = isUnrepeatable
    }

    mutating func add(_ text: String) {
        if case .text(let before)? = pieces.last {
            pieces[pieces.count - 1] = .text(before + " " + text)
        } else {
            pieces.append(.text(" " + text))
        }
    }

    /// Adds any text as a string: in quotes where they can hold it, else as a literal.
    mutating func add(string: String) {
        let isQuotable = string.utf8.count < 1000 && string.utf8.allSatisfy { (0x20...0x7E).contains($0) }
        guard !isQuotable else {
            let escaped = string.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
            return add("\"\(String(escaped))\"")
        }
        add("")
        pieces.append(.literal(Array(string.utf8)))
    }

    /// Adds the name of a folder.
    mutating func add(folder: String) { add(string: MailboxName.encode(folder)) }
}
