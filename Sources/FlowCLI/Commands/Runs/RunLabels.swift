/// Labels of runs as they are given on the command line.
enum RunLabels {
    /// - Parameter words: each `name=value`.
    /// - Throws: an `Exit` of status `usage` for a word that is none, or a name that is there twice.
    static func read(_ words: [String]) throws -> [String: String] {
        var labels: [String: String] = [:]
        for word in words {
            guard let equals = word.firstIndex(of: "="), equals != word.startIndex else {
                throw Exit.usage("a label must be written as name=value, not \"\(word.prefix(40))\"")
            }
            let name = String(word[..<equals])
            guard labels.updateValue(String(word[word.index(after: equals)...]), forKey: name) == nil else {
                throw Exit.usage("the label \"\(name)\" is there twice", hint: "a run has one of each name")
            }
        }
        return labels
    }
}
