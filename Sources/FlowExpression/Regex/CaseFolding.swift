extension CodePoints {
    /// With all that differs from its members by case only, as `(?i)` wants it.
    var ignoringCase: CodePoints {
        guard let top = ranges.last?.upperBound else { return self }
        var more: [ClosedRange<UInt32>] = []
        if top < 0x80 {
            for range in ranges {
                for code in range where CodePoints.isASCIILetter(code) {
                    more.append(code ^ 0x20...code ^ 0x20)
                    // The long s and the Kelvin sign are the two relatives outside ASCII.
                    if code | 0x20 == 0x73 { more.append(0x17F...0x17F) }
                    if code | 0x20 == 0x6B { more.append(0x212A...0x212A) }
                }
            }
        } else {
            for family in CaseFolding.families where family.contains(where: contains) {
                more += family.map { $0...$0 }
            }
        }
        return more.isEmpty ? self : CodePoints(ranges + more)
    }

    private static func isASCIILetter(_ code: UInt32) -> Bool { (0x61...0x7A).contains(code | 0x20) }
}

/// Which characters are the same but for their case, by Unicode's simple mappings.
private enum CaseFolding {
    /// Found by asking all characters of the planes that have letters with case; some milliseconds, once.
    static let families: [[UInt32]] = {
        var byKey: [UInt32: [UInt32]] = [:]
        for code in UInt32(0x41)...0x1_EFFF {
            guard let scalar = Unicode.Scalar(code), scalar.properties.changesWhenCaseMapped else { continue }
            // Turkish alone writes I for the dotless i.
            guard code != 0x131 else { continue }
            byKey[key(scalar), default: []].append(code)
        }
        for (key, members) in byKey where !members.contains(key) { byKey[key] = members + [key] }
        return byKey.values.filter { $0.count > 1 }
    }()

    private static func key(_ scalar: Unicode.Scalar) -> UInt32 {
        single(single(scalar, scalar.properties.uppercaseMapping), nil).value
    }

    private static func single(_ scalar: Unicode.Scalar, _ mapping: String?) -> Unicode.Scalar {
        let mapped = (mapping ?? scalar.properties.lowercaseMapping).unicodeScalars
        guard mapped.count == 1, let only = mapped.first else { return scalar }
        return only
    }
}
