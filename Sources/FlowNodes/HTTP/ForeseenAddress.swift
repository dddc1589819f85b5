import FlowCore

/// An address of a dry run, with one sign in place of each `‹steps.a.output.id + 1›` that stands for a later result: what
/// an expression is written with is no part of the address.
struct ForeseenAddress {
    /// Of plane 15, for private use: no address has these.
    private static let signs: ClosedRange<UInt32> = 0xF0000...0xFFFFD
    private var placeholders: [Substring] = []
    private(set) var text = ""

    init(_ text: String) {
        var rest = text[...]
        while let open = rest.firstIndex(of: "‹"), let close = rest[open...].firstIndex(of: "›"),
            let sign = Unicode.Scalar(ForeseenAddress.signs.lowerBound + UInt32(clamping: placeholders.count))
        {
            self.text += rest[..<open]
            self.text.unicodeScalars.append(sign)
            placeholders.append(rest[open...close])
            rest = rest[rest.index(after: close)...]
        }
        self.text += rest
    }

    /// Whether later results have no part in the scheme, the host and the port.
    static func hasOrigin(_ text: String) -> Bool {
        let start = text.firstRange(of: "://")?.upperBound ?? text.startIndex
        let end = text[start...].firstIndex { #"/?#\"#.contains($0) } ?? text.endIndex
        return !text[..<end].unicodeScalars.contains { signs.contains($0.value) }
    }

    /// What has been made of ``text``, with the placeholders in it again.
    func restored(_ text: String) -> String {
        var restored = ""
        for scalar in text.unicodeScalars {
            let number = Int(scalar.value) - Int(ForeseenAddress.signs.lowerBound)
            if placeholders.indices.contains(number) {
                restored += placeholders[number]
            } else {
                restored.unicodeScalars.append(scalar)
            }
        }
        return restored
    }
}
