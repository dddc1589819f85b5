/// `posts[3]`: the item of `posts` whose key is 3. In `posts[3]/send` the brackets belong to the path.
package enum ItemName {
    /// A name cut into the step and the key of its item. A key may hold brackets, so what stands before them decides.
    ///
    /// - Parameter isStep: whether a text is the path or id of a step.
    /// - Returns: the whole name and no key where it names no item.
    package static func parts(of name: String, isStep: (String) -> Bool) -> (step: String, key: String?) {
        guard name.last == "]" else { return (name, nil) }
        for open in name.indices.reversed() where name[open] == "[" && isStep(String(name[..<open])) {
            return (String(name[..<open]), String(name[name.index(after: open)...].dropLast()))
        }
        return (name, nil)
    }

    /// Whether a path is that of a step, or of one inside it. In a name without items it is that of every item: within
    /// `posts/send` are `posts[3]/send` and `posts[3]/send/upload`.
    package static func isPath(_ path: String, within name: String) -> Bool {
        let (parts, names) = (path.split(separator: "/"), name.split(separator: "/"))
        return parts.count >= names.count
            && zip(parts, names).allSatisfy { $0 == $1 || $0.prefix { $0 != "[" && $0 != "#" } == $1 }
    }
}
