/// Undoes how content is encoded for its way (RFC 2045, 6), portion by portion. What is broken in it is read as far as it
/// goes, as a mail that can't be sent back is better read in part than not at all.
package struct TransferDecoder {
    private enum Kind {
        case none, base64
        /// With an underscore for a space in a header field (RFC 2047, 4.2).
        case quotedPrintable(inHeader: Bool)
    }

    private let kind: Kind
    // Of base64.
    private var group: UInt32 = 0
    private var held = 0
    // Of quoted-printable.
    private var escape = Escape.none
    /// White space that may end a line, and doesn't count then.
    private var space: [UInt8] = []

    /// What has come since an equals sign.
    private enum Escape { case none, sign, digit(UInt8), space }

    /// White space that is longer can't be at the end of a line that anybody wrote.
    private static let longestSpace = 1000

    /// - Parameter name: as `Content-Transfer-Encoding` has it; those that are unknown change nothing.
    package init(_ name: String) {
        kind =
            switch name.lowercased() {
            case "base64": .base64
            case "quoted-printable": .quotedPrintable(inHeader: false)
            case "q": .quotedPrintable(inHeader: true)
            default: .none
            }
    }

    package mutating func decode(_ bytes: ArraySlice<UInt8>, into target: inout [UInt8]) {
        switch kind {
        case .none: target += bytes
        case .base64: for byte in bytes { addBase64(byte, into: &target) }
        case .quotedPrintable(let inHeader): for byte in bytes { addQuoted(byte, inHeader: inHeader, into: &target) }
        }
    }

    /// After the last portion.
    package mutating func finish(into target: inout [UInt8]) {
        switch kind {
        case .none: break
        case .base64: flushGroup(into: &target)
        case .quotedPrintable:
            // A sign at the very end is a line that goes on with nothing.
            if case .digit(let digit) = escape { target += [UInt8(ascii: "="), digit] }
            escape = .none
        }
    }

    // MARK: Base64

    private mutating func addBase64(_ byte: UInt8, into target: inout [UInt8]) {
        let digit: UInt8
        switch byte {
        case 65...90: digit = byte - 65
        case 97...122: digit = byte - 71
        case 48...57: digit = byte + 4
        case UInt8(ascii: "+"): digit = 62
        case UInt8(ascii: "/"): digit = 63
        // More may follow where texts were put one after the other.
        case UInt8(ascii: "="): return flushGroup(into: &target)
        default: return
        }
        group = group << 6 | UInt32(digit)
        held += 1
        guard held == 4 else { return }
        target.append(UInt8(truncatingIfNeeded: group >> 16))
        target.append(UInt8(truncatingIfNeeded: group >> 8))
        target.append(UInt8(truncatingIfNeeded: group))
        (group, held) = (0, 0)
    }

    private mutating func flushGroup(into target: inout [UInt8]) {
        if held == 2 {
            target.append(UInt8(truncatingIfNeeded: group >> 4))
        } else if held == 3 {
            target.append(UInt8(truncatingIfNeeded: group >> 10))
            target.append(UInt8(truncatingIfNeeded: group >> 2))
        }
        (group, held) = (0, 0)
    }

    // MARK: Quoted-printable

    private mutating func addQuoted(_ byte: UInt8, inHeader: Bool, into target: inout [UInt8]) {
        switch escape {
        case .none: addPlain(byte, inHeader: inHeader, into: &target)
        case .sign where TransferDecoder.isHexDigit(byte): escape = .digit(byte)
        case .digit(let digit) where TransferDecoder.isHexDigit(byte):
            target.append(TransferDecoder.value(digit) << 4 | TransferDecoder.value(byte))
            escape = .none
        // The line goes on.
        case .sign where byte == .lineFeed, .space where byte == .lineFeed: escape = .none
        case .sign where TransferDecoder.isBlank(byte), .space where TransferDecoder.isBlank(byte): escape = .space
        case .sign, .space:
            target.append(UInt8(ascii: "="))
            escape = .none
            addPlain(byte, inHeader: inHeader, into: &target)
        case .digit(let digit):
            target += [UInt8(ascii: "="), digit]
            escape = .none
            addPlain(byte, inHeader: inHeader, into: &target)
        }
    }

    private mutating func addPlain(_ byte: UInt8, inHeader: Bool, into target: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "_") where inHeader: target.append(.space)
        case .space where !inHeader && space.count < Self.longestSpace,
            0x09 where !inHeader && space.count < Self.longestSpace:
            space.append(byte)
        default:
            // White space at the end of a line was added on the way.
            if byte != .carriageReturn, byte != .lineFeed { target += space }
            space.removeAll()
            if byte == UInt8(ascii: "=") { escape = .sign } else { target.append(byte) }
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == .space || byte == 0x09 || byte == .carriageReturn }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...70, 97...102: true
        default: false
        }
    }

    private static func value(_ digit: UInt8) -> UInt8 {
        switch digit {
        case 48...57: digit - 48
        case 65...70: digit - 55
        default: digit - 87
        }
    }
}
