extension Value {
    /// The files in this value, at whatever depth.
    package var files: [FileReference] {
        switch self {
        case .file(let file): [file]
        case .list(let items): items.flatMap(\.files)
        case .map(let map): map.flatMap(\.value.files)
        case .optional(let inner?), .secret(let inner): inner.files
        default: []
        }
    }

    /// The same value with other files in it.
    package func mapFiles(_ transform: (FileReference) -> FileReference) -> Value {
        switch self {
        case .file(let file): .file(transform(file))
        case .list(let items): .list(items.map { $0.mapFiles(transform) })
        case .map(let map): .map(map.mapValues { $0.mapFiles(transform) })
        case .optional(let inner?): .optional(inner.mapFiles(transform))
        case .secret(let inner): .secret(inner.mapFiles(transform))
        default: self
        }
    }
}
