/// What is typed at a terminal that shows nothing and leaves the keys as they are.
///
///     var line = HiddenLine(keys: keys)
///     while line.take(nextByte()) == .unfinished {}
struct HiddenLine {
    enum Outcome: Sendable, Equatable {
        case unfinished
        /// Enter: ``bytes`` are the answer.
        case answered
        /// Ctrl-C or Ctrl-\.
        case cancelled
        /// Ctrl-D where nothing is typed.
        case ended
        /// Ctrl-Z.
        case suspended
    }

    /// Without the line break.
    private(set) var bytes: [UInt8] = []
    private let keys: TerminalKeys
    /// Whether the next byte is no key, whatever it is.
    private var isLiteral = false

    init(keys: TerminalKeys) { self.keys = keys }

    mutating func take(_ byte: UInt8) -> Outcome {
        guard !isLiteral else {
            isLiteral = false
            bytes.append(byte)
            return .unfinished
        }
        switch keys.meaning(of: byte) {
        case nil: bytes.append(byte)
        case .enter: return .answered
        case .interrupt: return .cancelled
        case .suspend: return .suspended
        case .end: if bytes.isEmpty { return .ended }
        case .erase: eraseCharacter()
        case .eraseWord: eraseWord()
        case .eraseAll: bytes = []
        case .literal: isLiteral = true
        }
        return .unfinished
    }

    private mutating func eraseCharacter() {
        while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
    }

    private mutating func eraseWord() {
        while bytes.last == UInt8(ascii: " ") { bytes.removeLast() }
        while let last = bytes.last, last != UInt8(ascii: " ") { bytes.removeLast() }
    }
}

/// Which bytes mean something at a terminal, as its user has set them with `stty`.
struct TerminalKeys: Sendable, Equatable {
    enum Meaning: Sendable {
        case enter, interrupt, suspend, end, erase, eraseWord, eraseAll, literal
    }

    private var meanings: [UInt8: Meaning] = [
        // Where what Backspace sends was not set to fit, it is still meant.
        0x7F: .erase, 0x08: .erase, UInt8(ascii: "\n"): .enter, UInt8(ascii: "\r"): .enter,
    ]

    init(_ bytes: KeyValuePairs<Meaning, UInt8>) {
        // Zero stands for a key that there is not.
        for (meaning, byte) in bytes where byte != 0 { meanings[byte] = meaning }
    }

    func meaning(of byte: UInt8) -> Meaning? { meanings[byte] }
}
