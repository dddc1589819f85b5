/// Names of domains with letters outside ASCII, as the network has them (RFC 5891).
enum DomainName {
    /// Of a part of a name (RFC 1035, 2.3.4).
    private static let longestLabel = 63
    private static let prefix = "xn--"

    /// nil where a part of it has no such form, or it isn't sure which.
    static func ascii(_ name: some StringProtocol) -> String? {
        if name.utf8.allSatisfy({ $0 < 0x80 }) { return String(name) }
        var labels: [String] = []
        for label in name.lowercased().split(separator: ".", omittingEmptySubsequences: false) {
            if label.utf8.allSatisfy({ $0 < 0x80 }) {
                labels.append(String(label))
                continue
            }
            // Composed letters only: the same name in parts would be another one.
            guard label.unicodeScalars.count <= longestLabel - prefix.utf8.count,
                label.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" }),
                label.allSatisfy({ $0.unicodeScalars.count == 1 }),
                let encoded = Punycode.encode(label.unicodeScalars.map(\.value)).map({ prefix + $0 }),
                encoded.utf8.count <= longestLabel
            else { return nil }
            labels.append(encoded)
        }
        return labels.joined(separator: ".")
    }
}

/// Letters of any script by digits and letters of ASCII (RFC 3492).
private enum Punycode {
    private static let base: UInt32 = 36
    private static let least: UInt32 = 1
    private static let most: UInt32 = 26

    static func encode(_ input: [UInt32]) -> String? {
        var output = input.filter { $0 < 0x80 }.map { UInt8($0) }
        let basic = UInt32(output.count)
        if basic > 0 { output.append(UInt8(ascii: "-")) }
        var point: UInt32 = 128
        var delta: UInt32 = 0
        var bias: UInt32 = 72
        var handled = basic
        while handled < input.count {
            guard let following = input.filter({ $0 >= point }).min() else { return nil }
            let (step, isTooFar) = (following - point).multipliedReportingOverflow(by: handled + 1)
            let (sum, isTooLarge) = delta.addingReportingOverflow(step)
            guard !isTooFar, !isTooLarge else { return nil }
            delta = sum
            point = following
            for value in input {
                if value < point { delta += 1 }
                guard value == point else { continue }
                append(delta, bias, to: &output)
                bias = adapted(delta, count: handled + 1, isFirst: handled == basic)
                delta = 0
                handled += 1
            }
            delta += 1
            point += 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// A number with digits whose worth depends on `bias`.
    private static func append(_ number: UInt32, _ bias: UInt32, to output: inout [UInt8]) {
        var rest = number
        var weight = base
        while true {
            let threshold = weight <= bias ? least : min(max(weight - bias, least), most)
            if rest < threshold { break }
            output.append(digit(threshold + (rest - threshold) % (base - threshold)))
            rest = (rest - threshold) / (base - threshold)
            weight += base
        }
        output.append(digit(rest))
    }

    private static func digit(_ value: UInt32) -> UInt8 { UInt8(value < 26 ? value + 97 : value + 22) }

    private static func adapted(_ delta: UInt32, count: UInt32, isFirst: Bool) -> UInt32 {
        var rest = isFirst ? delta / 700 : delta / 2
        rest += rest / count
        var steps: UInt32 = 0
        while rest > (base - least) * most / 2 {
            rest /= base - least
            steps += base
        }
        return steps + (base - least + 1) * rest / (rest + 38)
    }
}
