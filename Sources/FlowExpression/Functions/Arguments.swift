import FlowCore

/// What a function was called with.
struct Arguments: Sendable {
    let values: [Value]

    var count: Int { values.count }
    subscript(index: Int) -> Value { index < values.count ? values[index] : .absent }

    func text(_ index: Int) -> String? {
        if case .string(let value) = self[index] { return value }
        return nil
    }

    func int(_ index: Int) -> Int? {
        if case .int(let value) = self[index] { return Int(value) }
        return nil
    }

    func list(_ index: Int) -> [Value]? {
        if case .list(let value) = self[index] { return value }
        return nil
    }

    func map(_ index: Int) -> ValueMap? {
        if case .map(let value) = self[index] { return value }
        return nil
    }

    func double(_ index: Int) -> Double? {
        if case .double(let value) = self[index] { return value }
        return nil
    }

    /// The bytes of bytes, or of text.
    func raw(_ index: Int) -> [UInt8]? {
        switch self[index] {
        case .bytes(let bytes): bytes
        case .string(let text): Array(text.utf8)
        default: nil
        }
    }

    /// A list whose items are all strings.
    func texts(_ index: Int) -> [String]? {
        guard let items = list(index) else { return nil }
        var texts: [String] = []
        texts.reserveCapacity(items.count)
        for item in items {
            guard case .string(let text) = item else { return nil }
            texts.append(text)
        }
        return texts
    }
}
