import CMongo
import FlowCore
import FlowSpec

/// An address of MongoDB (`mongodb://…`, `mongodb+srv://…`) with its options, as libmongoc holds it.
final class MongoAddress {
    let pointer: OpaquePointer
    /// What its options lead to; clients made from it need them while they live.
    private(set) var files: [CredentialFile] = []

    /// - Parameter objection: the failure that says what is wrong with the text, which may hold a password.
    init(_ text: String, objection: (_ what: String, _ hint: String) -> Failure) throws(Failure) {
        var error = flow_mongo_error.none
        guard let pointer = flow_mongo_uri_new(text, &error) else {
            throw objection(
                "is no address of MongoDB", "write it as mongodb://host:27017/database, special letters as %XX")
        }
        self.pointer = pointer
    }

    deinit { flow_mongo_uri_free(pointer) }

    func has(_ option: String) -> Bool { flow_mongo_uri_has(pointer, option) }
    func flag(_ option: String, otherwise: Bool) -> Bool { flow_mongo_uri_flag(pointer, option, otherwise) }
    func set(_ option: String, _ value: String) { _ = flow_mongo_uri_set_text(pointer, option, value) }
    func set(_ option: String, _ value: Int32) { _ = flow_mongo_uri_set_number(pointer, option, value) }
    func set(_ option: String, _ value: Bool) { _ = flow_mongo_uri_set_flag(pointer, option, value) }
    func set(_ option: String, _ file: CredentialFile) {
        files.append(file)
        set(option, file.path)
    }
    func setSource(_ database: String) { _ = flow_mongo_uri_set_source(pointer, database) }
    func setMechanism(_ name: String) -> Bool { flow_mongo_uri_set_mechanism(pointer, name) }

    func setAccount(
        _ user: String, _ password: String?, objection: (_ what: String, _ hint: String) -> Failure
    ) throws(Failure) {
        guard flow_mongo_uri_set_account(pointer, user, password) else {
            throw objection("can't be sent", "give it without control characters")
        }
    }

    var database: String? { flow_mongo_uri_database(pointer).map { String(cString: $0) } }

    /// `host:port`, or several of them.
    var place: String {
        var hosts: [String] = []
        while let host = flow_mongo_uri_host(pointer, hosts.count) { hosts.append(String(cString: host)) }
        return hosts.joined(separator: ",")
    }
}
