/// Cuts a stream of bytes into lines, and keeps the bytes up to a limit.
struct LineSplitter {
    private(set) var bytes: [UInt8] = []
    private(set) var isOverLimit = false
    private var lineStart = 0
    private let limit: Int
    private let onLine: (@Sendable (String) -> Void)?

    init(limit: Int, onLine: (@Sendable (String) -> Void)?) {
        self.limit = limit
        self.onLine = onLine
    }

    mutating func append(_ piece: some Sequence<UInt8>) {
        guard !isOverLimit else { return }
        let searchFrom = bytes.count
        bytes.append(contentsOf: piece)
        if bytes.count > limit {
            isOverLimit = true
            return
        }
        guard let onLine else { return }
        var position = searchFrom
        while let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) {
            onLine(line(to: end))
            lineStart = end + 1
            position = lineStart
        }
    }

    /// The last line, where it has no line feed.
    mutating func finish() {
        guard !isOverLimit, let onLine, lineStart < bytes.count else { return }
        onLine(line(to: bytes.count))
        lineStart = bytes.count
    }

    private func line(to end: Int) -> String {
        let trimmed = end > lineStart && bytes[end - 1] == UInt8(ascii: "\r") ? end - 1 : end
        return String(decoding: bytes[lineStart..<trimmed], as: UTF8.self)
    }
}
