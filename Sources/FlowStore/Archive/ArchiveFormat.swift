import FlowCore

/// How a run looks outside of the database: lines of JSON, each an object of one member that says what it is, in the order
/// of `docs/history.md`. Contents of files are lines too, or lie in a folder `files` beside them.
enum ArchiveFormat {
    static let name = "flowctl-run"
    static let version: Int64 = 1

    /// Of an archive that is a folder.
    static let linesName = "run.jsonl"
    static let filesName = "files"

    /// Bytes of a file in one line.
    static let pieceSize = 96 << 10
    /// Bytes of one line at most. A value of that size is more than any node gives.
    static let maximumLine = 512 << 20

    /// Of one line: a stored value, and what stands around it.
    static let maximumDepth = StoredValue.maximumDepth + 5
    /// Items of a loop, attempts and pages at most. What shows an imported run takes memory for as many items as the
    /// last one says that there are.
    static let maximumCount = 1 << 24

    /// A stored value is made of the same JSON inside and outside, but for secrets, which stay, and for the paths of files.
    ///
    /// - Parameters:
    ///   - text: applied to every text that is a value.
    ///   - path: applied to the path of every file.
    static func translate(_ tagged: Value, text: (String) -> String, path: (String) -> String) -> Value {
        switch tagged {
        case .string(let string): return .string(text(string))
        case .list(let items): return .list(items.map { translate($0, text: text, path: path) })
        case .map(let map):
            guard map.count == 1, let kind = StoredValue.kind(ofTag: map[0].key.text) else {
                return .map(map.mapValues { translate($0, text: text, path: path) })
            }
            switch kind {
            case .secret: return .string(Masker.replacement)
            case .container: return .map(map.mapValues { translate($0, text: text, path: path) })
            case .file:
                guard var file = map[0].value.mapValue, let old = file["path"]?.stringValue else { return tagged }
                file["path"] = .string(path(old))
                return .map(ValueMap([(map[0].key.text, .map(file))]))
            // Its text is a number or the like, where a replacement would be damage.
            case .scalar: return tagged
            }
        default: return tagged
        }
    }
}

extension Timestamp {
    var archived: Value { .string(rfc3339) }
}
