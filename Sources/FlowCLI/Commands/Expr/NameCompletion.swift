import FlowCore
import FlowExpression

/// What Tab offers in an expression: names of the data, members of maps, functions.
struct NameCompletion {
    let data: ExpressionData

    static let commands = ["explain", "functions", "help"]

    /// Choices that are listed at most.
    private static let mostChoices = 60

    /// - Parameter text: what stands before the cursor.
    func at(_ text: String) -> LineCompletion {
        if text.hasPrefix(":"), !text.contains(" ") {
            return completion(of: String(text.dropFirst()), among: NameCompletion.commands.map { $0 + " " })
        }
        if text.hasPrefix(":functions ") {
            return completion(
                of: String(text.dropFirst(":functions ".count)), among: Set(FunctionLibrary.all.map(\.name)).sorted())
        }
        let path = String(text.reversed().prefix { NameCompletion.isPart($0) }.reversed())
        guard let point = path.lastIndex(of: ".") else {
            return completion(of: path, among: data.names.sorted() + freeFunctions)
        }
        let stem = String(path[path.index(after: point)...])
        let base = String(path[..<point])
        let qualified = freeFunctions.filter { $0.hasPrefix(base + ".") }.map { String($0.dropFirst(base.count + 1)) }
        if !qualified.isEmpty, data.value(of: base) == nil { return completion(of: stem, among: qualified) }
        let members = members(of: base)
        // Of a map the members are what is looked for, unless no member begins so.
        let fitting = members.filter { $0.hasPrefix(stem) }
        return completion(of: stem, among: fitting.isEmpty ? methods : members)
    }

    /// Keys of the map at a path of names, as far as they can be written behind a point.
    private func members(of path: String) -> [String] {
        let names = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let root = names.first, var value = data.value(of: root) else { return [] }
        for name in names.dropFirst() {
            guard let member = value[name] else { return [] }
            value = member
        }
        guard case .map(let map) = value else { return [] }
        return map.names.filter { name in
            !name.isEmpty && name.utf8.first.map { !(0x30...0x39).contains($0) } == true
                && name.allSatisfy { NameCompletion.isPart($0) && $0 != "." }
        }
    }

    private func completion(of stem: String, among names: [String]) -> LineCompletion {
        let fitting = names.filter { $0.hasPrefix(stem) }
        guard let first = fitting.first else { return LineCompletion() }
        var common = Substring(first)
        for name in fitting.dropFirst() { while !name.hasPrefix(common) { common.removeLast() } }
        let insertion = String(common.dropFirst(stem.count))
        guard fitting.count > 1, insertion.isEmpty else { return LineCompletion(insertion: insertion) }
        var choices = fitting.prefix(NameCompletion.mostChoices).map { $0.hasSuffix(" ") ? String($0.dropLast()) : $0 }
        if fitting.count > choices.count { choices.append("…") }
        return LineCompletion(choices: choices)
    }

    private var freeFunctions: [String] { NameCompletion.calls { $0.isFree } }

    private var methods: [String] { NameCompletion.calls { $0.isMethod } }

    private static func calls(_ isWanted: (Function) -> Bool) -> [String] {
        Set(FunctionLibrary.all.filter(isWanted).map { $0.name + "(" }).sorted()
    }

    private static func isPart(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "_" || character == ".")
    }
}
