import FlowSpec

/// What a server sent is not IMAP, or more than anybody should have to take.
package struct MalformedResponse: Error, Equatable {
    package let reason: String

    package init(_ reason: String) { self.reason = reason }
}

/// Takes what large content is made of as it comes.
package protocol ContentSink: AnyObject {
    func take(_ bytes: ArraySlice<UInt8>) throws
}

/// The words of an IMAP server one after the other (RFC 9051, 9), read from a stream: what is large goes to a
/// ``ContentSink``, so that memory doesn't grow with it.
package final class ResponseReader {
    /// Bytes of one response that may be kept, but for the numbers of a search.
    static let budget = 8 << 20
    /// Bytes of a string that isn't content, such as a header field.
    static let longestString = 256 << 10

    private let source: any ByteSource
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)
    private var start = 0
    private var end = 0
    /// How many parentheses are open.
    private(set) var depth = 0
    /// Bytes that may still be kept of this response.
    private var left = ResponseReader.budget
    /// Takes the content of the section of that name.
    package var content: (section: String, sink: any ContentSink)? { didSet { arrival = .nothing } }
    /// What has come of that section.
    package private(set) var arrival = Arrival.nothing

    package enum Arrival { case nothing, null, bytes }

    package init(_ source: any ByteSource) { self.source = source }

    func beginResponse() {
        depth = 0
        left = Self.budget
    }

    /// - Throws: where a response would take more memory than one may.
    func spend(_ count: Int) throws {
        left -= count
        if left < 0 { throw MalformedResponse("a response of more than \(Self.budget >> 20) MiB") }
    }

    // MARK: Bytes

    /// Whether something has been read that nobody has looked at.
    var hasBuffered: Bool { start < end }

    private static let ending = "an end in the middle of a response"

    private func fill() throws {
        guard start == end else { return }
        let count = try buffer.withUnsafeMutableBytes { try source.read(into: $0) }
        guard count > 0 else { throw MalformedResponse(Self.ending) }
        start = 0
        end = count
    }

    func peek() throws -> UInt8 {
        try fill()
        return buffer[start]
    }

    /// The byte after the next one. Only where one must come, as what it waits for is read from the server.
    private func peekSecond() throws -> UInt8 {
        _ = try peek()
        guard end - start == 1 else { return buffer[start + 1] }
        buffer[0] = buffer[start]
        (start, end) = (0, 1)
        let count = try buffer.withUnsafeMutableBytes { bytes in
            try source.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes.dropFirst()))
        }
        guard count > 0 else { throw MalformedResponse(Self.ending) }
        end += count
        return buffer[1]
    }

    func next() throws -> UInt8 {
        let byte = try peek()
        start += 1
        return byte
    }

    func take(_ byte: UInt8) throws -> Bool {
        guard try peek() == byte else { return false }
        start += 1
        return true
    }

    func expect(_ byte: UInt8) throws {
        let found = try next()
        guard found == byte else {
            throw MalformedResponse("\(ResponseReader.name(found)) where \(ResponseReader.name(byte)) belongs")
        }
    }

    static func name(_ byte: UInt8) -> String {
        switch byte {
        case 0x0D, 0x0A: "the end of a line"
        case 0x20: "a space"
        case 0x21...0x7E: "\"\(Unicode.Scalar(byte))\""
        default: "the byte \(byte)"
        }
    }

    func expectLineEnd() throws {
        try expect(.carriageReturn)
        try expect(.lineFeed)
    }

    func open() throws {
        try expect(.openParenthesis)
        depth += 1
    }

    func isOpening() throws -> Bool { try peek() == .openParenthesis }

    /// Takes a closing parenthesis, where one comes.
    func closes() throws -> Bool {
        guard try take(.closeParenthesis) else { return false }
        depth -= 1
        return true
    }

    // MARK: Words

    /// Letters, digits and what else a name may hold.
    func atom(limit: Int = 1000) throws -> String {
        var bytes: [UInt8] = []
        while try peek().isAtomByte {
            bytes.append(try next())
            guard bytes.count <= limit else { throw MalformedResponse("a word of more than \(limit) bytes") }
        }
        guard !bytes.isEmpty else { throw MalformedResponse("\(ResponseReader.name(try peek())) where a word belongs") }
        return String(decoding: bytes, as: UTF8.self)
    }

    func number() throws -> UInt64 {
        var number: UInt64 = 0
        var count = 0
        while case let digit = try peek(), (48...57).contains(digit) {
            start += 1
            count += 1
            let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isTooLargeNow) = tens.addingReportingOverflow(UInt64(digit - 48))
            guard !isTooLarge, !isTooLargeNow else { throw MalformedResponse("a number that is too large") }
            number = sum
        }
        guard count > 0 else { throw MalformedResponse("\(ResponseReader.name(try peek())) where a number belongs") }
        return number
    }

    /// A number of 32 bits, as that of a message.
    func number32() throws -> UInt32 {
        guard let number = UInt32(exactly: try number()) else { throw MalformedResponse("a number that is too large") }
        return number
    }

    /// The length of a literal, after which its bytes come.
    private func literalLength() throws -> Int {
        _ = try take(UInt8(ascii: "~"))
        try expect(UInt8(ascii: "{"))
        let length = try number()
        _ = try take(UInt8(ascii: "+"))
        try expect(UInt8(ascii: "}"))
        try expectLineEnd()
        guard let length = Int(exactly: length) else { throw MalformedResponse("a literal that is too long") }
        return length
    }

    /// Gives the bytes of a string to `body`, portion by portion.
    private func eachPortion(_ body: (ArraySlice<UInt8>) throws -> Void) throws {
        if try take(.quote) {
            var bytes: [UInt8] = []
            while true {
                var byte = try next()
                if byte == .quote { break }
                if byte == UInt8(ascii: "\\") { byte = try next() }
                guard byte != .carriageReturn, byte != .lineFeed else {
                    throw MalformedResponse("the end of a line in a quoted string")
                }
                bytes.append(byte)
                if bytes.count == 4096 {
                    try body(bytes[...])
                    bytes.removeAll(keepingCapacity: true)
                }
            }
            if !bytes.isEmpty { try body(bytes[...]) }
            return
        }
        var left = try literalLength()
        while left > 0 {
            try fill()
            let count = min(left, end - start)
            try body(buffer[start..<start + count])
            start += count
            left -= count
        }
    }

    /// Whether a quoted string or a literal begins here, at the start of a value. A tilde may also begin a word.
    func isString() throws -> Bool {
        switch try peek() {
        case .quote, UInt8(ascii: "{"): true
        case UInt8(ascii: "~"): try peekSecond() == UInt8(ascii: "{")
        default: false
        }
    }

    /// A quoted string or a literal.
    func string() throws -> [UInt8] {
        var bytes: [UInt8] = []
        try eachPortion { portion in
            guard bytes.count + portion.count <= Self.longestString else {
                throw MalformedResponse("a string of more than \(Self.longestString >> 10) KiB")
            }
            try spend(portion.count)
            bytes += portion
        }
        return bytes
    }

    /// A string, or nil for `NIL`.
    func optionalString() throws -> [UInt8]? {
        if try isString() { return try string() }
        try takeNil()
        return nil
    }

    /// A string or a word, such as the name of a folder.
    func stringOrAtom() throws -> [UInt8] {
        if try isString() { return try string() }
        // `]` may stand in such a name.
        var bytes: [UInt8] = []
        while case let byte = try peek(), byte.isAtomByte || byte == UInt8(ascii: "]") {
            bytes.append(try next())
            guard bytes.count <= 10_000 else { throw MalformedResponse("a name of more than 10000 bytes") }
        }
        guard !bytes.isEmpty else { throw MalformedResponse("\(ResponseReader.name(try peek())) where a name belongs") }
        return bytes
    }

    func takeNil() throws {
        let word = try atom()
        guard word.uppercased() == "NIL" else {
            throw MalformedResponse("\"\(ServiceText.shortened(String(word), to: 40))\" where NIL belongs")
        }
    }

    /// Gives a string to the sink that waits for this section; leaves it out where none does.
    func contentString(of section: String) throws {
        let isWanted = content?.section == section
        guard try isString() else {
            try takeNil()
            if isWanted, arrival == .nothing { arrival = .null }
            return
        }
        if isWanted { arrival = .bytes }
        let sink = isWanted ? content?.sink : nil
        try eachPortion { try sink?.take($0) }
    }

    // MARK: What nobody wants

    /// Leaves out a value of any kind, however deep.
    func skipValue() throws {
        guard try isOpening() else { return try skipScalar() }
        let outer = depth
        try open()
        try skip(to: outer)
    }

    private func skipScalar() throws {
        if try isString() { return try eachPortion { _ in } }
        _ = try stringOrAtom()
    }

    /// Leaves out what is left of the lists that have been opened since.
    func skip(to outer: Int) throws {
        while depth > outer {
            if try closes() { continue }
            if try take(.space) { continue }
            if try isOpening() { try open() } else { try skipScalar() }
        }
    }

    /// The rest of the line; what is beyond the limit is left out.
    func restOfLine(limit: Int = 2000) throws -> String {
        var bytes: [UInt8] = []
        while true {
            let byte = try next()
            if byte == .carriageReturn {
                try expect(.lineFeed)
                return String(decoding: bytes, as: UTF8.self)
            }
            guard byte != .lineFeed else { throw MalformedResponse("a line feed alone") }
            if bytes.count < limit { bytes.append(byte) }
        }
    }

    /// Leaves out the rest of a response, with the literals in it.
    func skipResponse() throws {
        while true {
            let byte = try peek()
            if byte == .carriageReturn { return try expectLineEnd() }
            if byte == .space || byte == .openParenthesis || byte == .closeParenthesis {
                _ = try next()
            } else if try isString() {
                try eachPortion { _ in }
            } else {
                try skipWord()
            }
        }
    }

    /// Leaves out a word of any bytes, up to where something else begins.
    private func skipWord() throws {
        repeat {
            let byte = try next()
            guard byte > 0x1F, byte != 0x7F else {
                throw MalformedResponse("\(ResponseReader.name(byte)) in a response")
            }
        } while try !Self.endsWord(peek())
    }

    private static func endsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case .space, .openParenthesis, .closeParenthesis, .carriageReturn, .quote, UInt8(ascii: "{"): true
        default: false
        }
    }
}

extension UInt8 {
    static let space = UInt8(ascii: " ")
    static let quote = UInt8(ascii: "\"")
    static let openParenthesis = UInt8(ascii: "(")
    static let closeParenthesis = UInt8(ascii: ")")
    static let carriageReturn: UInt8 = 0x0D
    static let lineFeed: UInt8 = 0x0A

    /// Of a word; backslash and the star of a flag are taken too, as words of flags are read alike.
    var isAtomByte: Bool {
        switch self {
        case 0...0x20, 0x7F...: false
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "{"), UInt8(ascii: "\""), UInt8(ascii: "]"): false
        default: true
        }
    }
}
