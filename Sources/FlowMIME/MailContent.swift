import FlowCore

/// The bytes of a message or of a part of it, in lines of ASCII; files stay on disk until they are needed.
package struct MailContent: Sendable {
    private enum Piece: Sendable {
        case bytes([UInt8])
        /// In base64.
        case file(FileReference)
    }

    private var pieces: [Piece] = []
    /// Of all bytes, known before any file is read.
    package private(set) var size: Int64 = 0

    mutating func append(_ text: String) { append(Array(text.utf8)) }

    mutating func append(_ bytes: [UInt8]) {
        size += Int64(bytes.count)
        if case .bytes(var before)? = pieces.last {
            // Taken out, so that it grows in place.
            pieces.removeLast()
            before += bytes
            pieces.append(.bytes(before))
        } else {
            pieces.append(.bytes(bytes))
        }
    }

    mutating func append(base64 file: FileReference) {
        size += Base64Lines.size(of: file.size)
        pieces.append(.file(file))
    }

    mutating func append(_ content: MailContent) {
        for piece in content.pieces {
            switch piece {
            case .bytes(let bytes): append(bytes)
            case .file(let file): append(base64: file)
            }
        }
    }

    /// Hands over all of it, piece by piece; at most a few hundred kilobytes are in memory at a time.
    ///
    /// - Parameters:
    ///   - read: gives so many bytes of a file from a place on, fewer at its end only.
    ///   - sink: takes what follows.
    /// - Throws: `invalid` where a file has become shorter; what `read` and `sink` throw.
    package func write(
        reading read: (_ path: String, _ offset: Int64, _ count: Int) throws -> [UInt8],
        to sink: ([UInt8]) throws -> Void
    ) throws {
        for piece in pieces {
            switch piece {
            case .bytes(let bytes): try sink(bytes)
            case .file(let file):
                var offset: Int64 = 0
                while offset < file.size {
                    let count = Int(min(Int64(Base64Lines.bytesAtATime), file.size - offset))
                    let bytes = try read(file.path, offset, count)
                    guard bytes.count == count else {
                        throw Failure(
                            .invalid, "the file \"\(file.path)\" became shorter while it was sent",
                            hint: "send it when nothing writes to it any more")
                    }
                    offset += Int64(count)
                    try sink(Base64Lines.encode(bytes, isLast: offset == file.size))
                }
            }
        }
    }
}

/// Base64 in lines of 76 characters (RFC 2045, 6.8); no line break follows the last one.
enum Base64Lines {
    private static let bytesInLine = 57
    /// Whole lines.
    static let bytesAtATime = bytesInLine * 4096

    static func size(of count: Int64) -> Int64 {
        guard count > 0 else { return 0 }
        return (count + 2) / 3 * 4 + (count - 1) / Int64(bytesInLine) * 2
    }

    /// - Parameter isLast: whether nothing follows; else `bytes` fill whole lines.
    static func encode(_ bytes: [UInt8], isLast: Bool = true) -> [UInt8] {
        let digits: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        let capacity = Int(size(of: Int64(bytes.count))) + 2
        return [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
            let digits = digits.utf8Start
            var index = 0
            func put(_ byte: UInt8) {
                output.initializeElement(at: count, to: byte)
                count += 1
            }
            while index < bytes.count {
                if index > 0, index % bytesInLine == 0 {
                    put(0x0D)
                    put(0x0A)
                }
                let left = bytes.count - index
                let second = left > 1 ? UInt32(bytes[index + 1]) : 0
                let third = left > 2 ? UInt32(bytes[index + 2]) : 0
                let group = UInt32(bytes[index]) << 16 | second << 8 | third
                put(digits[Int(group >> 18)])
                put(digits[Int(group >> 12 & 63)])
                put(left > 1 ? digits[Int(group >> 6 & 63)] : 0x3D)
                put(left > 2 ? digits[Int(group & 63)] : 0x3D)
                index += 3
            }
            if !isLast {
                put(0x0D)
                put(0x0A)
            }
        }
    }
}
