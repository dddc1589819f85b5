import Glibc

/// What a path comes to once symbolic links are followed: two names of one file have the same.
package enum RealPath {
    /// As many links one after the other as the kernel follows.
    private static let mostLinks = 40

    /// Absolute, also where the file, or folders above it, are yet to be made: there a file made under this path is the one
    /// that the links lead to. What can't be followed, such as links in a circle, is given back as it is.
    package static func of(_ path: String) -> String { following(path, mostLinks) }

    private static func following(_ path: String, _ links: Int) -> String {
        if let real = realpath(path, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        let folder = ParentFolder.of(path)
        guard links > 0, folder != path else { return path }
        if let target = target(of: path) {
            return following(target.hasPrefix("/") ? target : folder + "/" + target, links - 1)
        }
        let name = path[(path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex)...]
        let parent = following(folder, links - 1)
        // A folder that isn't there is no link either.
        if name.isEmpty || name == "." { return parent }
        if name == ".." { return ParentFolder.of(parent) }
        return parent == "/" ? "/" + name : parent + "/" + name
    }

    /// What a link says; nil where it is none.
    private static func target(of link: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(link, &bytes, bytes.count)
        return count > 0 ? String(validating: bytes.prefix(count), as: UTF8.self) : nil
    }
}
