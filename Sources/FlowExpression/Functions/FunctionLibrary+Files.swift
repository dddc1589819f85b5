import FlowCore
import FlowCrypto

extension FunctionLibrary {
    static let files: [Function] = [
        Function(
            "hashFiles", ["hashFiles(string, ...) -> string"],
            """
            The SHA-256 digest over the digests of all files that match one of the patterns, in the order of their \
            paths; a pattern behind "!" takes files out again. No match is an absence, as default() takes it.
            """,
            [("default(hashFiles('**/nothing.lock'), 'none')", "'none'")]
        ) { (arguments, frame) throws(Fault) in
            var patterns: [String] = []
            for index in 0..<arguments.count {
                guard let pattern = arguments.text(index) else { return nil }
                patterns.append(pattern)
            }
            guard let files = frame.scope.files else {
                throw .invalid("hashFiles() can't read files here", hint: "use it in a workflow")
            }
            // Looking through folders and opening files takes as long as thousands of terms do.
            try frame.spend(steps: 20_000 * patterns.count)
            let paths = try paths(matching: patterns, files)
            try frame.spend(steps: 500 * paths.count)
            guard !paths.isEmpty else {
                throw Fault(
                    .absence, "no file matches \(patterns.map { "\"\($0)\"" }.joined(separator: ", "))",
                    hint: "use default(hashFiles(…), \"\") where there may be none")
            }
            var digests: [UInt8] = []
            for path in paths {
                let content = try contained { () throws(Failure) in try files.read(path) }
                // Digests of files run some twenty times as fast as terms are evaluated.
                try frame.spend(steps: content.count / 16 + 1)
                digests += try contained { () throws(Failure) in try Digest.sha256(content) }
            }
            return .string(Hexadecimal.encode(try contained { () throws(Failure) in try Digest.sha256(digests) }))
        }
    ]

    /// Each once, sorted by UTF-8.
    private static func paths(matching patterns: [String], _ files: ScopeFiles) throws(Fault) -> [String] {
        var paths: Set<MapKey> = []
        for pattern in patterns {
            let isExcluded = pattern.hasPrefix("!")
            let found = try contained { () throws(Failure) in
                try files.paths(isExcluded ? String(pattern.dropFirst()) : pattern)
            }
            let keys = found.lazy.map(MapKey.string)
            if isExcluded { paths.subtract(keys) } else { paths.formUnion(keys) }
        }
        return paths.map(\.text).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private static func contained<Result>(_ work: () throws(Failure) -> Result) throws(Fault) -> Result {
        do { return try work() } catch { throw .invalid(error.message, hint: error.hint) }
    }
}
