package import FlowCore

/// Seals what must not lie on disk in clear. The vault is one.
package protocol ValueSealing: Sendable {
    /// - Parameter context: what the bytes belong to; ``open(_:context:)`` fails under any other.
    /// - Throws: a `Failure` of kind `auth` where the key is not at hand.
    func seal(_ bytes: [UInt8], context: String) throws(Failure) -> [UInt8]
    func open(_ bytes: [UInt8], context: String) throws(Failure) -> [UInt8]
}

/// A value as the journal keeps it: JSON in which what JSON lacks is a map of one tagged member, such as
/// `{"$bytes": "AAE="}`, and what is secret is sealed. Nothing is lost: types, exact numbers, order and marks return.
package struct StoredValue: Sendable, Hashable {
    private enum Content: Sendable, Hashable {
        case inline([UInt8])
        /// In a file that no row names yet.
        case draft(FileDraft)
        case file(LargeValue)
    }

    private let content: Content
    /// The paths of the files in it.
    let filePaths: [String]

    private init(_ content: Content, filePaths: [String] = []) {
        self.content = content
        self.filePaths = filePaths
    }

    package init(bytes: [UInt8]) { self.init(.inline(bytes)) }

    package static let null = StoredValue(bytes: Array("null".utf8))

    /// Larger values lie in a file of their own.
    package static let inlineLimit = 64 << 10

    /// How many lists and maps of JSON may lie in each other: as in any value that can be read from a file or an
    /// answer, with the three that a map of odd keys takes for one, and room for what holds such a value.
    static let maximumDepth = 3 * (JSON.maximumDepth + 20)

    /// - Parameter context: what the value belongs to, such as the run's id; sealed parts open under it only.
    /// - Throws: a `Failure`: `auth` where the value holds a secret and there is nothing to seal it with, `invalid`
    ///   where it is nested so deep that it couldn't be read back.
    package init(_ value: Value, sealing: (any ValueSealing)?, context: String) throws(Failure) {
        // First, so that nothing goes deeper into it than that.
        try value.requireDepth()
        if value.isPlainJSON {
            self.init(bytes: JSON.bytes(value))
        } else {
            let tagged = try Tag.wrap(value, sealing, context)
            try tagged.requireDepth()
            self.init(.inline(JSON.bytes(tagged)), filePaths: value.files.map(\.path))
        }
    }

    /// - Throws: a `Failure`: `auth` where a sealed part can't be opened, `invalid` where its file is missing or damaged,
    ///   `internal` where the bytes are no stored value.
    package func value(sealing: (any ValueSealing)?, context: String) throws(Failure) -> Value {
        try Tag.unwrap(try tagged(ofRun: context), sealing, context)
    }

    /// The JSON it is made of, with its tags.
    func tagged(ofRun run: String) throws(Failure) -> Value {
        if case .file(let file) = content { return try StoredValue.parse(try file.bytes(ofRun: run)) }
        return try StoredValue.parse(bytes)
    }

    fileprivate static func parse(_ bytes: [UInt8]) throws(Failure) -> Value {
        do {
            return try JSON.parse(bytes, maximumDepth: StoredValue.maximumDepth)
        } catch {
            throw Failure(
                .internal, "a value in the run history is damaged", hint: "run \"flowctl doctor\"",
                underlying: error.message)
        }
    }
}

// MARK: - Large values

extension StoredValue {
    /// What its row holds: the value, or the name of the file it lies in.
    package var bytes: [UInt8] {
        switch content {
        case .inline(let bytes): bytes
        case .draft(let draft): Tag.largeReference(draft.name, draft.size)
        case .file(let file): Tag.largeReference(file.name, file.size)
        }
    }

    var isLarge: Bool { if case .inline(let bytes) = content { bytes.count > StoredValue.inlineLimit } else { false } }

    /// Its file, where that has no name yet.
    var draft: FileDraft? { if case .draft(let draft) = content { draft } else { nil } }

    /// The same value with its bytes on disk, where they are many.
    func drafted(in files: RunFiles) throws(Failure) -> StoredValue {
        guard isLarge else { return self }
        return StoredValue(.draft(try files.draft(bytes)), filePaths: filePaths)
    }

    /// From the text of a row.
    ///
    /// - Parameter subject: what it is, such as `the output of step "fetch"`.
    init(row text: String, files: RunFiles, subject: @autoclosure () -> String) {
        if text.utf8.starts(with: Tag.largeReferenceStart), let file = (try? JSON.parse(text))?[Tag.large.rawValue],
            let name = file["name"]?.stringValue, RunFiles.isName(name), let size = file["size"]?.intValue
        {
            self.init(.file(LargeValue(name: name, size: size, files: files, subject: subject())))
        } else {
            self.init(bytes: Array(text.utf8))
        }
    }
}

// MARK: - Tags

extension StoredValue {
    /// What the one member of a tagged map holds.
    enum TagKind {
        /// What must not be seen outside.
        case secret
        case file
        /// Values with tags of their own.
        case container
        /// Text or a number that stands for one value.
        case scalar
    }

    /// nil where a member of this name is no tag.
    static func kind(ofTag name: String) -> TagKind? {
        switch Tag(rawValue: name) {
        case nil: nil
        case .secret, .large: .secret
        case .file: .file
        case .map, .optional: .container
        case .bytes, .uint, .number, .double, .timestamp, .duration, .type, .absent: .scalar
        }
    }
}

extension Value {
    /// Makes sure that what is written of it can be read back.
    fileprivate func requireDepth() throws(Failure) {
        guard isNested(deeperThan: StoredValue.maximumDepth) else { return }
        throw Failure(
            .invalid, "a value is nested too deep to be kept in the run history",
            hint: "keep it as text, with toJSON(…)")
    }

    private func isNested(deeperThan levels: Int) -> Bool {
        switch self {
        case .list(let items):
            if levels == 0 { return true }
            for item in items where item.isNested(deeperThan: levels - 1) { return true }
        case .map(let map):
            if levels == 0 { return true }
            for (_, item) in map where item.isNested(deeperThan: levels - 1) { return true }
        case .secret(let inner), .optional(let inner?): return inner.isNested(deeperThan: levels)
        default: break
        }
        return false
    }

    /// Whether JSON alone gives the value back as it is.
    fileprivate var isPlainJSON: Bool {
        switch self {
        case .null, .bool, .int, .string: true
        case .double(let number): number.isFinite
        case .list(let items): items.allSatisfy(\.isPlainJSON)
        case .map(let map): !Tag.isNeeded(for: map) && map.allSatisfy(\.value.isPlainJSON)
        default: false
        }
    }
}

/// The one member of a map that stands for a value JSON has no form for.
private enum Tag: String {
    case bytes = "$bytes"
    case uint = "$uint"
    case number = "$number"
    case double = "$double"
    case timestamp = "$timestamp"
    /// Seconds and attoseconds.
    case duration = "$duration"
    case file = "$file"
    case type = "$type"
    case optional = "$optional"
    case absent = "$absent"
    case secret = "$secret"
    /// A map as a list of pairs: its keys are not all text, or its one key looks like a tag.
    case map = "$map"
    /// Not a part of a value, but instead of one: the name and size of its file.
    case large = "$large"

    static let largeReferenceStart = Array(#"{"\#(Tag.large.rawValue)":"#.utf8)

    static func largeReference(_ name: String, _ size: Int64) -> [UInt8] {
        JSON.bytes(Tag.large.holding(["name": .string(name), "size": .int(size)]))
    }

    /// Whether a map can't be written as it is.
    static func isNeeded(for map: ValueMap) -> Bool {
        if map.count == 1, case .string(let key) = map[0].key, key.hasPrefix("$") { return true }
        return !map.allSatisfy { if case .string = $0.key { true } else { false } }
    }

    private func holding(_ content: Value) -> Value { .map(ValueMap([(rawValue, content)])) }

    static func wrap(_ value: Value, _ sealing: (any ValueSealing)?, _ context: String) throws(Failure) -> Value {
        switch value {
        case .null, .bool, .int, .string: return value
        case .double(let number): return number.isFinite ? value : Tag.double.holding(.string("\(number)"))
        case .uint(let number): return Tag.uint.holding(.string(String(number)))
        case .number(let number): return Tag.number.holding(.string(number.text))
        case .bytes(let bytes): return Tag.bytes.holding(.string(Base64.encode(bytes)))
        case .timestamp(let time): return Tag.timestamp.holding([.int(time.seconds), .int(Int64(time.nanoseconds))])
        case .duration(let duration):
            let (seconds, attoseconds) = duration.components
            return Tag.duration.holding([.int(seconds), .int(attoseconds)])
        case .file(let file): return Tag.file.holding(.map(file.asMap))
        case .type(let type): return Tag.type.holding(.string(type.rawValue))
        case .absent: return Tag.absent.holding(true)
        case .optional(nil): return Tag.optional.holding([])
        case .optional(let inner?): return Tag.optional.holding([try wrap(inner, sealing, context)])
        case .list(let items):
            var wrapped: [Value] = []
            wrapped.reserveCapacity(items.count)
            for item in items { wrapped.append(try wrap(item, sealing, context)) }
            return .list(wrapped)
        case .map(let map):
            if isNeeded(for: map) {
                var pairs: [Value] = []
                for (key, item) in map {
                    pairs.append([try wrap(key.value, sealing, context), try wrap(item, sealing, context)])
                }
                return Tag.map.holding(.list(pairs))
            }
            var wrapped = ValueMap(minimumCapacity: map.count)
            for (key, item) in map { wrapped[key] = try wrap(item, sealing, context) }
            return .map(wrapped)
        case .secret(let inner):
            guard let sealing else {
                throw Failure(
                    .auth, "a secret would be kept in the run history, and there is no vault to seal it with",
                    hint: "run \"flowctl vault init\", or keep the secret out of outputs and vars")
            }
            let clear = try wrap(inner, sealing, context)
            try clear.requireDepth()
            let sealed = try sealing.seal(JSON.bytes(clear), context: context)
            return Tag.secret.holding(.string(Base64.encode(sealed)))
        case .stream:
            throw Failure(.internal, "a stream reached the run history before it was read")
        }
    }

    static func unwrap(_ value: Value, _ sealing: (any ValueSealing)?, _ context: String) throws(Failure) -> Value {
        switch value {
        case .list(let items):
            var unwrapped: [Value] = []
            unwrapped.reserveCapacity(items.count)
            for item in items { unwrapped.append(try unwrap(item, sealing, context)) }
            return .list(unwrapped)
        case .map(let map):
            if map.count == 1, let tag = Tag(rawValue: map[0].key.text) {
                return try tag.value(of: map[0].value, sealing, context)
            }
            var unwrapped = ValueMap(minimumCapacity: map.count)
            for (key, item) in map { unwrapped[key] = try unwrap(item, sealing, context) }
            return .map(unwrapped)
        default: return value
        }
    }

    private func value(
        of content: Value, _ sealing: (any ValueSealing)?, _ context: String
    ) throws(Failure) -> Value {
        let text = content.stringValue ?? ""
        let parts = content.listValue ?? []
        switch self {
        case .bytes: if let bytes = content.stringValue.flatMap(Base64.decode) { return .bytes(bytes) }
        case .uint: if let number = UInt64(text) { return .uint(number) }
        case .number:
            switch try? JSON.parse(text) {
            case .int, .uint, .double, .number: return .number(ExactNumber(text: text))
            default: break
            }
        case .double: if let number = Double(text) { return .double(number) }
        case .timestamp:
            if parts.count == 2, let seconds = parts[0].intValue, let nanoseconds = parts[1].intValue,
                let time = Timestamp(writtenSeconds: seconds, nanoseconds: nanoseconds)
            {
                return .timestamp(time)
            }
        case .duration:
            if parts.count == 2, let seconds = parts[0].intValue, let attoseconds = parts[1].intValue,
                let duration = Duration(writtenSeconds: seconds, attoseconds: attoseconds)
            {
                return .duration(duration)
            }
        case .file:
            if let path = content["path"]?.stringValue, let size = content["size"]?.intValue {
                return .file(
                    FileReference(
                        path: path, name: content["name"]?.stringValue, size: size,
                        mediaType: content["media_type"]?.stringValue, sha256: content["sha256"]?.stringValue))
            }
        case .type: if let type = ValueType(rawValue: text) { return .type(type) }
        case .optional:
            return .optional(try parts.first.map { item throws(Failure) in try Tag.unwrap(item, sealing, context) })
        case .absent: return .absent
        case .large: break
        case .secret: return try Tag.open(text, sealing, context).markedSecret
        case .map:
            var map = ValueMap(minimumCapacity: parts.count)
            for part in parts {
                guard let pair = part.listValue, pair.count == 2,
                    let key = MapKey(try Tag.unwrap(pair[0], sealing, context))
                else { continue }
                map[key] = try Tag.unwrap(pair[1], sealing, context)
            }
            return .map(map)
        }
        throw Failure(.internal, "a value in the run history is damaged", hint: "run \"flowctl doctor\"")
    }

    private static func open(
        _ text: String, _ sealing: (any ValueSealing)?, _ context: String
    ) throws(Failure) -> Value {
        guard let sealing else {
            throw Failure(
                .auth, "the run history holds a sealed secret, and the vault that sealed it is not open",
                hint: "unlock the vault, or pass its key file")
        }
        let clear = try sealing.open(Base64.decode(text) ?? [], context: context)
        return try unwrap(try StoredValue.parse(clear), sealing, context)
    }
}
