package import FlowCore

/// The names of what a query gives.
package enum SQLColumns {
    /// - Throws: a `Failure` where two have one name, as a row has room for one of them only.
    package static func requireDifferent(_ names: [String]) throws(Failure) {
        var seen: Set<MapKey> = []
        for name in names where !seen.insert(.string(name)).inserted {
            throw Failure(
                .invalid, "the query gives two columns with the name \"\(name)\"",
                hint: "name one of them otherwise, with AS")
        }
    }
}
