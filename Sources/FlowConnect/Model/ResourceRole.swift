/// What an operation does to the things of an app, from which a mock of it knows what to keep.
package struct ResourceRole: Sendable, Hashable {
    package enum Verb: String, Sendable, CaseIterable { case create, read, list, update, delete }

    package var verb: Verb
    /// `issue`
    package var kind: String
    /// The member that tells things apart, of one that is made.
    package var identifier: String?
    /// The parameter that names one.
    package var parameter: String?
    /// Members of the answer's body, outermost first, in which the thing or the list stands; empty is all of it.
    package var place: [String]
    /// Members of the request's body in which those of the thing stand.
    package var fields: [String]
}
