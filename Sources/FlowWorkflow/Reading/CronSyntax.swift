/// The text of a cron schedule: five fields of numbers, names, ranges, steps and lists.
enum CronSyntax {
    struct Fault: Equatable {
        var message: String
        /// Bytes of the text it is about.
        var range: Range<Int>
        var hint: String?
    }

    private struct Field {
        var name: String
        var bounds: ClosedRange<Int>
        /// Names in the order of the numbers, from the lowest.
        var names: [String] = []
    }

    private static let fields = [
        Field(name: "minute", bounds: 0...59), Field(name: "hour", bounds: 0...23),
        Field(name: "day of month", bounds: 1...31),
        Field(
            name: "month", bounds: 1...12,
            names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
        // 7 is Sunday too.
        Field(name: "day of week", bounds: 0...7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ]

    static func faults(in text: String) -> [Fault] {
        let bytes = Array(text.utf8)
        let words = words(bytes)
        guard words.count == fields.count else {
            return [
                Fault(
                    message: "a cron schedule has 5 fields, this one has \(words.count)", range: 0..<bytes.count,
                    hint: "write minute, hour, day of month, month, day of week, such as 0 9 * * 1-5")
            ]
        }
        return zip(words, fields).compactMap { range, field in
            let word = String(decoding: bytes[range], as: UTF8.self)
            return objection(to: word, field).map {
                Fault(
                    message: "\($0) in the field \(field.name)", range: range,
                    hint:
                        "use \(field.bounds.lowerBound)-\(field.bounds.upperBound), *, ranges a-b, steps */n, lists a,b"
                )
            }
        }
    }

    private static func words(_ bytes: [UInt8]) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var start: Int?
        for (index, byte) in bytes.enumerated() {
            let isSpace = byte == 0x20 || byte == 0x09 || byte == 0x0A
            if isSpace, let begun = start {
                words.append(begun..<index)
                start = nil
            } else if !isSpace, start == nil {
                start = index
            }
        }
        if let start { words.append(start..<bytes.count) }
        return words
    }

    private static func objection(to word: String, _ field: Field) -> String? {
        for part in word.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "/", omittingEmptySubsequences: false)
            guard pieces.count <= 2, let base = pieces.first else { return "\"\(part)\" has two steps" }
            if pieces.count == 2 {
                guard let step = Int(pieces[1]), step > 0 else { return "\"\(pieces[1])\" is no step" }
                if base != "*", !base.contains("-") { return "\"\(part)\" steps from nowhere" }
            }
            if base == "*" { continue }
            let ends = base.split(separator: "-", omittingEmptySubsequences: false)
            var numbers: [Int] = []
            for end in ends.prefix(2) {
                guard let number = number(end, field) else { return "\"\(end)\" is no value" }
                numbers.append(number)
            }
            if ends.count > 2 || numbers.count == 2 && numbers[0] > numbers[1] { return "\"\(base)\" is no range" }
        }
        return nil
    }

    private static func number(_ text: Substring, _ field: Field) -> Int? {
        if let index = field.names.firstIndex(of: text.lowercased()) { return field.bounds.lowerBound + index }
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let number = Int(text),
            field.bounds.contains(number)
        else { return nil }
        return number
    }
}
