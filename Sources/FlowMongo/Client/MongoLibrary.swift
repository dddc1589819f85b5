import CMongo
import FlowCore

/// libmongoc, which is loaded when the first step needs it.
enum MongoLibrary {
    /// - Throws: a `Failure` of kind `invalid` where it is not installed.
    static func require() throws(Failure) { try check(flow_mongo_problem()) }

    /// The same of another library.
    static func require(_ library: String) throws(Failure) { try check(flow_mongo_problem_of(library)) }

    private static func check(_ problem: UnsafePointer<CChar>?) throws(Failure) {
        guard let problem else { return }
        throw Failure(
            .invalid, String(cString: problem),
            hint: "install it; on Debian and Ubuntu: apt-get install libmongoc-1.0-0", nothingSent: true)
    }
}
