import FlowCore

/// How the bytes of a response become a value.
enum Decoding: Sendable, Hashable {
    case json, text, bytes
    case xml(XMLLists)
    /// ``Multistatus``
    case multistatus
    /// A value in each line.
    case jsonLines
    case csv(CSVFormat)

    /// What a body of this kind is called where it isn't one.
    var noun: String {
        switch self {
        case .json: "JSON"
        case .text, .bytes: "text"
        case .xml: "XML"
        case .multistatus: "multistatus"
        case .jsonLines: "JSON lines"
        case .csv: "CSV"
        }
    }

    /// - Parameter contentType: may name the characters.
    /// - Throws: a failure of kind `protocol` that says what is wrong, or `invalid` of CSV.
    func value(_ bytes: [UInt8], contentType: String?) throws(Failure) -> Value {
        let characters = CharacterSet(bytes, contentType: contentType)
        // What is wrong with it a person sees best.
        var text: String { characters.text(bytes) ?? String(decoding: bytes, as: UTF8.self) }
        func utf8() throws(Failure) -> [UInt8] {
            if characters.name == "utf-8" { return bytes }
            guard let text = characters.text(bytes) else {
                throw Failure(.protocolError, "it is not \(terminalSafe(characters.name)) text")
            }
            return Array(text.utf8)
        }
        if bytes.isEmpty, self != .jsonLines { return .null }
        switch self {
        case .bytes: return .bytes(bytes)
        case .text: return .string(text)
        case .json: return bytes.allSatisfy(Decoding.isSpace) ? .null : try JSON.parse(utf8())
        case .xml(let lists):
            let root = try XMLReader.read(bytes, contentType: contentType)
            return .map(ValueMap([(root.name.local, root.value(lists))]))
        case .multistatus: return try Multistatus.value(XMLReader.read(bytes, contentType: contentType))
        case .jsonLines: return try Decoding.lines(utf8())
        case .csv(let format): return try format.parse(utf8())
        }
    }

    private static func lines(_ bytes: [UInt8]) throws(Failure) -> Value {
        var values: [Value] = []
        for (index, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            if line.allSatisfy(isSpace) { continue }
            values.append(try JSON.parse(Array(line), line: index + 1))
        }
        return .list(values)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
