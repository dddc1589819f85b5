/// What a statement means for the transaction that it runs in, as far as its first words say.
struct SQLCommand: Sendable, Hashable {
    /// Whether it only reads or changes rows, so that no server commits for it.
    var isOfRows: Bool
    /// Whether it runs other statements, which may commit: of one that fails, what they did before may stay.
    var mayCommit: Bool
    /// Whether it begins or ends a transaction itself.
    var isOfTransaction: Bool
    /// The procedure that it calls, in small letters and without its schema, where that is not in quotes.
    var procedure: String?

    /// Of statements of ours.
    static let ofRows = SQLCommand(isOfRows: true, mayCommit: false, isOfTransaction: false)

    private init(isOfRows: Bool, mayCommit: Bool, isOfTransaction: Bool) {
        self.isOfRows = isOfRows
        self.mayCommit = mayCommit
        self.isOfTransaction = isOfTransaction
    }

    init(_ sql: String, _ dialect: SQLDialect) {
        // What stands in such a comment is code.
        let isHidden = dialect.hasHashComments && (sql.contains("/*!") || sql.contains("/*M!"))
        let words = Self.firstWords(of: sql, dialect)
        isOfRows = !isHidden && Self.rowWords.contains(words[0])
        mayCommit = isHidden || (dialect.hasHashComments ? Self.isProgram(words) : ["call", "do"].contains(words[0]))
        isOfTransaction = Self.isOfTransaction(words, dialect)
        procedure = words[0] == "call" ? words[words[2] == "." ? 3 : 1] : nil
    }

    private static let rowWords: Set = [
        "select", "insert", "update", "delete", "replace", "merge", "with", "values", "table", "(", "do", "load",
        "handler", "show", "describe", "desc", "explain", "savepoint", "release",
    ]

    /// Whether it is a call, or a program that stands for itself: MariaDB takes those that procedures are made of.
    private static func isProgram(_ words: [String]) -> Bool {
        switch words[0] {
        case "call", "execute", "declare", "if", "case", "loop", "while", "repeat", "for", "<": true
        case "begin": !["", "work"].contains(words[1])
        // A label before it.
        default: words[1] == ":"
        }
    }

    private static func isOfTransaction(_ words: [String], _ dialect: SQLDialect) -> Bool {
        switch words[0] {
        case "commit", "end", "abort": true
        case "begin": !(dialect.hasHashComments && isProgram(words))
        case "start", "prepare": words[1] == "transaction"
        case "rollback": words[["work", "transaction"].contains(words[1]) ? 2 : 1] != "to"
        default: false
        }
    }

    /// Four words, empty where there are fewer, without semicolons.
    private static func firstWords(of sql: String, _ dialect: SQLDialect) -> [String] {
        var words = SQLWords(sql, dialect)
        func next() -> String? {
            while let word = words.next() { if word != ";" { return word } }
            return nil
        }
        var found: [String] = []
        while found.count < 4, let word = next() {
            found.append(word)
            // SET STATEMENT max_statement_time = 1 FOR …, of MariaDB, is the statement behind it.
            if dialect.hasHashComments, found == ["set", "statement"] {
                while let word = next(), word != "for" {}
                found = []
            }
        }
        return found + Array(repeating: "", count: 4 - found.count)
    }
}
