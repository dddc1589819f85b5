import CCatalog

/// The files that are part of the binary.
package enum EmbeddedCatalog {
    /// Its bytes are constants of the binary, so that it may go to any thread.
    package struct File: @unchecked Sendable {
        /// From the root of the source tree: `connectors/slack.yaml`.
        package let path: String
        /// For a connector, the names of its operations, sorted.
        package let operations: [String]
        private let start: UnsafePointer<UInt8>
        private let count: Int

        fileprivate init(_ entry: catalog_entry) {
            path = String(cString: entry.path)
            operations = String(cString: entry.names).split(separator: " ").map(String.init)
            start = entry.bytes
            count = entry.length
        }

        package var bytes: [UInt8] { Array(UnsafeBufferPointer(start: start, count: count)) }

        /// `slack` of `connectors/slack.yaml`.
        package var name: String {
            let file = path.split(separator: "/").last ?? ""
            return String(file.prefix { $0 != "." })
        }
    }

    package static let files: [File] = {
        var count = 0
        guard let entries = catalog_entries(&count) else { return [] }
        return UnsafeBufferPointer(start: entries, count: count).map(File.init)
    }()

    package static let connectors = files.filter {
        $0.path.hasPrefix("connectors/") && !$0.path.hasPrefix("connectors/providers/")
    }

    static let providers = files.filter { $0.path.hasPrefix("connectors/providers/") }

    /// nil where no embedded connector has the name.
    package static func connector(_ name: String) -> File? { connectors.first { $0.name == name } }
}
