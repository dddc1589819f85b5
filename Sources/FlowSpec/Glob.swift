/// A pattern of file names: `*` and `?` within a name, `[a-z]`, and `**` for any number of folders.
///
/// A name that starts with a dot is matched only by a pattern whose name does too.
package struct Glob: Sendable {
    private let segments: [[Character]]

    package init(_ pattern: String) {
        segments = pattern.split(separator: "/").filter { $0 != "." }.map(Array.init)
    }

    /// How many folders deep a match can lie below the start; nil where there is no bound.
    package var depth: Int? { segments.contains(Glob.anyFolders) ? nil : segments.count }

    /// Whether a relative path, as its names, matches; in time linear in both but for the last `**`.
    package func matches(_ names: [String]) -> Bool {
        let names = names.map(Array.init)
        var n = 0
        var p = 0
        // What stands before it matches as early as it can, which leaves the most to the rest.
        var anyFolders: (name: Int, segment: Int)?
        while n < names.count {
            if p < segments.count, segments[p] == Glob.anyFolders {
                p += 1
                anyFolders = (n, p)
            } else if p < segments.count, names[n].first != "." || segments[p].first == ".",
                Glob.matches(names[n], segments[p])
            {
                n += 1
                p += 1
            } else if let last = anyFolders, names[last.name].first != "." {
                anyFolders = (last.name + 1, last.segment)
                n = last.name + 1
                p = last.segment
            } else {
                return false
            }
        }
        return segments[p...].allSatisfy { $0 == Glob.anyFolders }
    }

    private static let anyFolders: [Character] = ["*", "*"]

    /// One name against one segment, in time linear in both but for the last star.
    private static func matches(_ name: [Character], _ pattern: [Character]) -> Bool {
        var n = 0
        var p = 0
        var star: (name: Int, pattern: Int)?
        while n < name.count {
            if p < pattern.count, pattern[p] == "*" {
                star = (n, p + 1)
                p += 1
            } else if let width = one(name[n], pattern, at: p) {
                n += 1
                p += width
            } else if let last = star {
                star = (last.name + 1, last.pattern)
                n = last.name + 1
                p = last.pattern
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }

    /// How many characters of the pattern at `index` stand for `character`; nil where they don't.
    private static func one(_ character: Character, _ pattern: [Character], at index: Int) -> Int? {
        guard index < pattern.count else { return nil }
        if pattern[index] == "?" { return 1 }
        if pattern[index] == "[", let end = pattern[index...].dropFirst(2).firstIndex(of: "]") {
            var set = pattern[(index + 1)..<end]
            let isNegated = set.first == "!" || set.first == "^"
            if isNegated { set = set.dropFirst() }
            return contains(set, character) != isNegated ? end - index + 1 : nil
        }
        return pattern[index] == character ? 1 : nil
    }

    private static func contains(_ set: ArraySlice<Character>, _ character: Character) -> Bool {
        var rest = set
        while let first = rest.popFirst() {
            if rest.count >= 2, rest.first == "-", let last = rest.dropFirst().first {
                if first <= character, character <= last { return true }
                rest = rest.dropFirst(2)
            } else if first == character {
                return true
            }
        }
        return false
    }
}
