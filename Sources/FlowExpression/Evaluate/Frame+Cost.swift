import FlowCore

/// What work and memory cost. A step stands for up to 100 ns, so that a budget of 10 million ends within a second.
extension Frame {
    /// Counts the steps of reading all of a value: one for each value inside it and one for every few bytes of text.
    /// - Returns: whether a secret is among them.
    mutating func read(_ value: Value) throws(Fault) -> Bool {
        switch value {
        case .string(let text):
            try spend(steps: text.utf8.count / 8)
            return false
        case .bytes(let bytes):
            try spend(steps: bytes.count / 8)
            return false
        case .number(let number):
            try spend(steps: number.text.utf8.count / 8)
            return false
        case .list(let items):
            try spend(steps: items.count)
            var isSecret = false
            for item in items where try read(item) { isSecret = true }
            return isSecret
        case .map(let map):
            try spend(steps: map.count)
            var isSecret = false
            for (key, item) in map {
                try hash(key)
                if try read(item) { isSecret = true }
            }
            return isSecret
        case .optional(let inner?): return try read(inner)
        case .secret(let inner):
            _ = try read(inner)
            return true
        default: return false
        }
    }

    /// Counts the steps of looking a key up.
    mutating func hash(_ key: MapKey) throws(Fault) {
        if case .string(let text) = key, text.utf8.count >= 16 { try spend(steps: text.utf8.count / 16) }
    }

    /// Counts the steps of comparing text byte by byte.
    mutating func compare(bytes count: Int) throws(Fault) {
        if count >= 256 { try spend(steps: count / 256) }
    }

    /// Counts the memory of new text or bytes. Up to 15 bytes stand in the value itself.
    mutating func make(text count: Int) throws(Fault) {
        if count > 15 { try spend(bytes: count + Frame.header) }
    }

    /// Counts the memory of a new list.
    mutating func make(items count: Int) throws(Fault) {
        if count > 0 { try spend(bytes: count * MemoryLayout<Value>.stride + Frame.header) }
    }

    /// Counts the memory of a new map. The index of a large one takes as much as its entries again.
    mutating func make(entries count: Int) throws(Fault) {
        guard count > 0 else { return }
        let entries = count * MemoryLayout<ValueMap.Element>.stride
        try spend(bytes: (count > ValueMap.searchedCount ? 2 * entries : entries) + Frame.header)
    }

    /// Counts the memory of one more item of a list that grows, with the box that some values stand in.
    mutating func grow(by item: Value) throws(Fault) {
        switch item {
        case .optional, .secret, .file: try spend(bytes: 2 * MemoryLayout<Value>.stride + Frame.header)
        default: try spend(bytes: MemoryLayout<Value>.stride)
        }
    }

    /// Counts the memory of one more entry of a map that grows.
    mutating func growByEntry() throws(Fault) { try spend(bytes: 2 * MemoryLayout<ValueMap.Element>.stride) }

    /// What each allocation takes beside its content.
    static let header = 32
}
