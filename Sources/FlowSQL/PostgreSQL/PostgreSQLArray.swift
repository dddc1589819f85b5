import FlowCore

/// Arrays as the server writes them, and takes them: `{1,NULL,"a \"b\""}`, and lists of those.
enum PostgreSQLArray {
    /// Of the server (`MAXDIM` of its sources).
    private static let maximumDimensions = 6

    /// - Parameter element: makes the value of an element's text.
    /// - Throws: what `element` throws; a `Failure` of kind `protocol` where it is no array.
    static func parse(
        _ bytes: [UInt8], _ element: ([UInt8]) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        var reader = Reader(bytes: bytes)
        reader.skipBounds()
        return try reader.list(depth: 1, element)
    }

    private static let unreadable = Failure(
        .protocolError, "the server gives an array in a form that PostgreSQL doesn't have",
        hint: "look at what is between, such as a proxy")

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        /// `[0:2]=`, of arrays that don't begin with 1.
        mutating func skipBounds() {
            if bytes.first == UInt8(ascii: "["), let mark = bytes.firstIndex(of: UInt8(ascii: "=")) {
                position = mark + 1
            }
        }

        /// From the brace to the one that belongs to it.
        mutating func list(
            depth: Int, _ element: ([UInt8]) throws(Failure) -> Value
        ) throws(Failure) -> Value {
            guard depth <= maximumDimensions else { throw PostgreSQLArray.unreadable }
            var items: [Value] = []
            position += 1
            while position < bytes.count {
                switch bytes[position] {
                case UInt8(ascii: "}"):
                    position += 1
                    return .list(items)
                case UInt8(ascii: ","): position += 1
                case UInt8(ascii: "{"): items.append(try list(depth: depth + 1, element))
                case UInt8(ascii: "\""): items.append(try element(quoted()))
                default:
                    let text = plain()
                    items.append(text.elementsEqual("NULL".utf8) ? .null : try element(text))
                }
            }
            throw PostgreSQLArray.unreadable
        }

        private mutating func quoted() -> [UInt8] {
            var text: [UInt8] = []
            position += 1
            while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
                if bytes[position] == UInt8(ascii: "\\") { position += 1 }
                if position < bytes.count { text.append(bytes[position]) }
                position += 1
            }
            position += 1
            return text
        }

        private mutating func plain() -> [UInt8] {
            let start = position
            while position < bytes.count, bytes[position] != UInt8(ascii: ","), bytes[position] != UInt8(ascii: "}") {
                position += 1
            }
            return Array(bytes[start..<position])
        }
    }

    /// - Parameter element: the text of a value that is no list; nil where it is null.
    static func text(_ items: [Value], _ element: (Value) throws(Failure) -> String?) throws(Failure) -> String {
        var text = "{"
        for (index, item) in items.enumerated() {
            if index > 0 { text += "," }
            if case .list(let inner) = item.revealed {
                text += try self.text(inner, element)
            } else if let plain = try element(item) {
                text += "\""
                for character in plain.unicodeScalars {
                    if character == "\"" || character == "\\" { text += "\\" }
                    text.unicodeScalars.append(character)
                }
                text += "\""
            } else {
                text += "NULL"
            }
        }
        return text + "}"
    }
}
