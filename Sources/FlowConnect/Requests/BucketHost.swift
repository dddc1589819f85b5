import FlowCore

/// Where the first part of a path may stand before the host instead: `https://photos.s3.example.com/a.jpg` for
/// `https://s3.example.com/photos/a.jpg`.
enum BucketHost {
    /// The address with the first part of its path before the host; as it is where that can't be a label of a host name
    /// that a certificate covers, or the host is none with a name.
    static func address(_ url: String, base: String) -> String {
        let root = base.hasSuffix("/") ? String(base.dropLast()) : base
        guard let origin = Origin(base), origin.description == root, url.hasPrefix(root + "/"), hasName(origin) else {
            return url
        }
        let rest = url.dropFirst(root.count + 1)
        let bucket = rest.prefix { $0 != "/" && $0 != "?" }
        guard isLabel(bucket) else { return url }
        let tail = rest.dropFirst(bucket.count)
        let authority = origin.description.dropFirst(origin.scheme.count + "://".count)
        return "\(origin.scheme)://\(bucket).\(authority)" + (tail.hasPrefix("/") ? "" : "/") + tail
    }

    /// An address of numbers has no labels.
    private static func hasName(_ origin: Origin) -> Bool {
        let last = origin.host.split(separator: ".").last ?? ""
        return origin.host.contains(".") && !origin.host.hasPrefix("[") && !last.allSatisfy(\.isNumber)
    }

    private static func isLabel(_ text: Substring) -> Bool {
        let isMade = text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
        return isMade && (3...63).contains(text.utf8.count) && !text.hasPrefix("-") && !text.hasSuffix("-")
    }
}
