import Glibc

/// How the text of an answer is written, by its byte order mark, else by what its `Content-Type` says, else UTF-8.
package struct CharacterSet: Sendable, Hashable {
    /// In lower case, such as `iso-8859-1`.
    package let name: String
    private let markSize: Int

    private static let marks: [(name: String, bytes: [UInt8])] = [
        ("utf-8", [0xEF, 0xBB, 0xBF]), ("utf-32le", [0xFF, 0xFE, 0, 0]), ("utf-32be", [0, 0, 0xFE, 0xFF]),
        ("utf-16be", [0xFE, 0xFF]), ("utf-16le", [0xFF, 0xFE]),
    ]

    package init(_ bytes: [UInt8], contentType: String?) {
        if let mark = CharacterSet.marks.first(where: { bytes.starts(with: $0.bytes) }) {
            (name, markSize) = (mark.name, mark.bytes.count)
        } else {
            (name, markSize) = (CharacterSet.declared(contentType) ?? "utf-8", 0)
        }
    }

    /// The bytes as text; nil where they aren't text of this kind, or nothing here can read it.
    package func text(_ bytes: [UInt8]) -> String? {
        let content = bytes[markSize...]
        switch name {
        case "utf-8", "utf8", "us-ascii", "ascii": return String(validating: content, as: UTF8.self)
        // What is called Latin 1 is Windows-1252 in practice (WHATWG Encoding, 4.2).
        case "iso-8859-1", "latin1": return convert(content, from: "windows-1252") ?? latin1(content)
        // Without a mark the bytes of most senders are those of their machines.
        case "utf-16": return convert(content, from: "utf-16le")
        default: return convert(content, from: name)
        }
    }

    private func latin1(_ bytes: ArraySlice<UInt8>) -> String {
        var view = String.UnicodeScalarView()
        for byte in bytes { view.append(Unicode.Scalar(byte)) }
        return String(view)
    }

    private func convert(_ bytes: ArraySlice<UInt8>, from name: String) -> String? {
        // A slash would bring in options of the converter, such as to leave out what it can't read.
        guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.:".contains($0)) }),
            let converter = iconv_open("utf-8", name), Int(bitPattern: converter) != -1
        else { return nil }
        defer { iconv_close(converter) }
        var source = bytes.map { CChar(bitPattern: $0) }
        // No byte of any set gives more than four of UTF-8.
        var target = [CChar](repeating: 0, count: 4 * source.count + 16)
        let written: Int? = source.withUnsafeMutableBufferPointer { source in
            target.withUnsafeMutableBufferPointer { target in
                var input = source.baseAddress
                var inputLeft = source.count
                var output = target.baseAddress
                var outputLeft = target.count
                guard iconv(converter, &input, &inputLeft, &output, &outputLeft) != -1, inputLeft == 0,
                    // Some sets hold a letter back, as the next byte could be an accent for it.
                    iconv(converter, nil, nil, &output, &outputLeft) != -1
                else { return nil }
                return target.count - outputLeft
            }
        }
        guard let written else { return nil }
        return String(decoding: target[..<written].lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// `text/plain; charset="ISO-8859-1"`
    private static func declared(_ contentType: String?) -> String? {
        for parameter in (contentType ?? "").split(separator: ";").dropFirst() {
            let parts = parameter.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].filter({ $0 != " " }).lowercased() == "charset" else { continue }
            let name = parts[1].filter { $0 != " " && $0 != "\"" && $0 != "'" }.lowercased()
            return name.isEmpty ? nil : name
        }
        return nil
    }
}
