/// Values by key, of which those used last are kept: at least `capacity`, and at most twice as many.
struct RecentlyUsed<Key: Hashable, Value> {
    private let capacity: Int
    private var recent: [Key: Value] = [:]
    /// What was recent before, as far as it has not been used since.
    private var older: [Key: Value] = [:]

    init(capacity: Int) { self.capacity = capacity }

    var count: Int { recent.count + older.count }
    var values: [Value] { Array(recent.values) + older.values }

    mutating func value(_ key: Key) -> Value? {
        if let value = recent[key] { return value }
        guard let value = older.removeValue(forKey: key) else { return nil }
        keep(value, key)
        return value
    }

    mutating func keep(_ value: Value, _ key: Key) {
        if recent.count >= capacity {
            older = recent
            recent = [:]
        }
        recent[key] = value
    }
}
