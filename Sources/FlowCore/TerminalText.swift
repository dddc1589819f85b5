/// Text from outside made fit for a terminal: control characters but tab and line feed are dropped.
package func terminalSafe(_ text: String) -> String {
    // Most text is plain, which its bytes tell many times sooner than its code points.
    let isPlain = text.utf8.allSatisfy { $0 < 0x7F && ($0 >= 0x20 || $0 == 0x09 || $0 == 0x0A) }
    guard !isPlain, text.unicodeScalars.contains(where: isUnsafe) else { return text }
    var view = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where !isUnsafe(scalar) { view.append(scalar) }
    return String(view)
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
