/// Text from outside made fit for a terminal: control characters but tab and line feed are dropped.
package func terminalSafe(_ text: String) -> String {
    var text = text
    guard !text.withUTF8(isPlain), text.unicodeScalars.contains(where: isUnsafe) else { return text }
    var view = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where !isUnsafe(scalar) { view.append(scalar) }
    return String(view)
}

/// Whether all is printable ASCII, tabs and line feeds: most text is, which its bytes tell many times sooner than its code
/// points.
private func isPlain(_ utf8: UnsafeBufferPointer<UInt8>) -> Bool {
    // Without a way out half-way, so that the processor takes many bytes at once.
    var odd: UInt8 = 0
    for byte in utf8 { odd |= (byte &- 0x20 < 0x5F ? 0 : 1) & (byte &- 0x09 < 2 ? 0 : 1) }
    return odd == 0
}

private func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A: false
    case 0..<0x20, 0x7F..<0xA0: true
    // Marks that reorder text can make it read as something else.
    case 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
}
