import FlowCore
import Synchronization

/// A vendor's own description of an interface, in one of the formats that vendors publish.
///
/// Each format has a reader of its own, in a file named for it, which is listed in `VendorDocuments.formats`.
protocol VendorDocument: Sendable {
    /// nil where the file is of another format.
    init?(_ file: DocumentFile)

    /// What of a request the document doesn't know, or wants otherwise.
    ///
    /// A request to a place that the document doesn't have is one complaint without a name.
    func complaints(about request: DocumentedRequest) -> [ContractComplaint]
}

/// One file as a vendor publishes it, unpacked.
struct DocumentFile: Sendable {
    /// With its endings: `slack.web-api.json.gz`.
    let name: String
    /// What it holds; the members of an archive one after the other with their headers.
    let bytes: [UInt8]
    /// The whole as a value; nil where it is neither JSON nor YAML.
    let value: Value?

    init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        if name.contains(".json") {
            value = try? JSON.parse(bytes)
        } else if name.contains(".yaml") {
            value = DocumentFile.yaml(name, bytes)
        } else {
            value = nil
        }
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// One thing in which a request and the vendor's document differ.
struct ContractComplaint: Equatable, CustomStringConvertible {
    /// `POST /repos/acme/shop/issues`: as it was sent.
    var line: String
    /// `POST /repos/{owner}/{repo}/issues`: as the document has it; the same as `line` where it has none.
    var pattern: String
    /// The parameter or the member of the body, as `labels[].name`; nil where it is about the whole request.
    var name: String?
    var text: String

    var description: String { line + (name.map { ": \"\($0)\" " } ?? " ") + text }
}

/// The documents beside the source tree, each read once.
enum VendorDocuments {
    /// The first that recognises a file reads it.
    static let formats: [any VendorDocument.Type] = [
        OpenAPIDocument.self, DiscoveryDocument.self, StoneDocument.self, GraphQLDocument.self,
        TypeScriptEndpoints.self, OperationList.self, MessageSchema.self, MethodListDocument.self,
        RestXMLDocument.self,
    ]

    static let folder = TestFiles.root + "/../shared/specs/"
    static var areHere: Bool { TestFiles.read(folder + "SOURCES.md") != nil }

    private static let held = Mutex<[String: any VendorDocument]>([:])

    /// - Returns: nil where the file is missing or of no known format.
    static func named(_ name: String) -> (any VendorDocument)? {
        held.withLock { held in
            if let document = held[name] { return document }
            let packed = name.hasSuffix(".gz")
            guard let bytes = packed ? TestFiles.unzip(folder + name) : TestFiles.read(folder + name) else {
                return nil
            }
            held[name] = document(DocumentFile(name: name, bytes: bytes))
            return held[name]
        }
    }

    static func document(_ file: DocumentFile) -> (any VendorDocument)? {
        for format in formats {
            if let document = format.init(file) { return document }
        }
        return nil
    }
}
