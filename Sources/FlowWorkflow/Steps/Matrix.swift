package import FlowCore
package import FlowExpression
import FlowSpec

/// `matrix:` — a step for each combination of some values, with the rules of GitHub Actions.
package struct Matrix: Sendable {
    /// Gives a map of axes with their values, and of `include` and `exclude`.
    package var template: ValueTemplate
    /// The names that `matrix.NAME` may use; nil where they are only known when the template is evaluated.
    package var names: [String]?

    package init(template: ValueTemplate, names: [String]?) {
        self.template = template
        self.names = names
    }

    static let include = "include"
    static let exclude = "exclude"
    /// Every name of the run's combinations in expressions stands below this one.
    package static let variable = "matrix"
    /// More combinations than this are a mistake rather than a wish.
    private static let limit = 10_000

    /// The combinations a matrix stands for: the last axis varies first; what `include` adds comes last.
    ///
    /// An entry of `exclude` takes away the combinations that have all its values. An entry of `include` extends each
    /// combination whose axes it doesn't change; where there is none it is a combination of its own.
    ///
    /// - Throws: a `Failure` of kind `invalid` where the value has another shape, or gives no combination.
    package static func combinations(of value: Value) throws(Failure) -> [ValueMap] {
        guard case .map(let map) = value.revealed else {
            throw Failure(.invalid, "matrix: must be a map of lists, not \(value.type.plainName)")
        }
        var axes = ValueMap()
        for (key, values) in map where key.text != include && key.text != exclude { axes[key.text] = values }
        var found = try product(of: axes)
        let excluded = try maps(map[exclude], exclude)
        for entry in excluded {
            if let unknown = entry.first(where: { axes[$0.key.text] == nil })?.key.text {
                throw Failure(
                    .invalid, "matrix: exclude names \(JSON.quoted(unknown)), which is no axis",
                    hint: Suggestion.didYouMean(unknown, among: axes.names))
            }
        }
        found.removeAll { combination in excluded.contains { $0.isPart(of: combination) } }
        var extended = found
        for entry in try maps(map[include], include) {
            let onAxes = ValueMap(entry.filter { axes[$0.key.text] != nil }.map { ($0.key.text, $0.value) })
            let fitting = found.indices.filter { onAxes.isPart(of: found[$0]) }
            for index in fitting {
                for (key, value) in entry { extended[index][key.text] = value }
            }
            if fitting.isEmpty { extended.append(entry) }
        }
        guard !extended.isEmpty else {
            throw Failure(.invalid, "matrix: there is no combination", hint: "give an axis a value, or use include")
        }
        return extended
    }

    private static func product(of axes: ValueMap) throws(Failure) -> [ValueMap] {
        guard !axes.isEmpty else { return [] }
        var found = [ValueMap()]
        for (key, values) in axes {
            guard case .list(let values) = values.revealed else {
                throw Failure(
                    .invalid, "matrix: the axis \(JSON.quoted(key.text)) must be a list, not \(values.type.plainName)",
                    hint: "write \(key.text): [\(values.shortText)]")
            }
            guard found.count * values.count <= limit else {
                throw Failure(.invalid, "matrix: there are more than \(limit) combinations", hint: "use for_each")
            }
            found = found.flatMap { combination in
                values.map { value in
                    var next = combination
                    next[key.text] = value
                    return next
                }
            }
        }
        return found
    }

    private static func maps(_ value: Value?, _ key: String) throws(Failure) -> [ValueMap] {
        guard let value, !value.isNull else { return [] }
        guard case .list(let items) = value.revealed else {
            throw Failure(.invalid, "matrix: \(key) must be a list of maps, not \(value.type.plainName)")
        }
        var found: [ValueMap] = []
        for item in items {
            guard case .map(let map) = item.revealed else {
                throw Failure(.invalid, "matrix: \(key) must be a list of maps, not of \(item.type.plainName)")
            }
            found.append(map)
        }
        return found
    }

    /// What people call a combination: `linux, 3.12`.
    package static func key(of combination: Value, number: Int) -> String {
        guard case .map(let map) = combination, !combination.containsSecret else { return String(number) }
        return map.map { (try? $0.value.formatted()) ?? "null" }.joined(separator: ", ")
    }
}

extension ValueMap {
    /// Whether the other map has all members of this one.
    fileprivate func isPart(of other: ValueMap) -> Bool {
        allSatisfy { other[$0.key.text] == $0.value }
    }
}

extension Step.Loop.Items {
    /// The items: a list, of a `for_each` also a stream, or whatever else it gives; of a matrix the list of its
    /// combinations.
    package func evaluate(_ scope: EvaluationScope) throws(Failure) -> Value {
        let value = try template.evaluate(scope)
        guard case .matrix = self else { return value }
        do throws(Failure) {
            let combinations = Value.list(try Matrix.combinations(of: value).map(Value.map))
            if case .secret = value { return combinations.markedSecret }
            return combinations
        } catch {
            var failure = error
            failure.position = failure.position ?? span
            throw failure
        }
    }
}

extension Step.Loop {
    package var isMatrix: Bool { if case .matrix = items { true } else { false } }

    /// What people call each item; nil where that is its index.
    package func keys(of items: [Value]) -> [String]? {
        isMatrix ? items.enumerated().map { Matrix.key(of: $1, number: $0) } : nil
    }
}
