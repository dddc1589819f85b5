import FlowCore
import FlowCrypto
import FlowSpec

/// Makes paths given for parameters of type `file` into file references.
struct FileArguments {
    private let operation: Operation
    private let node: String
    private let context: NodeContext
    private let isPreview: Bool

    init(_ operation: Operation, node: String, context: NodeContext, isPreview: Bool) {
        self.operation = operation
        self.node = node
        self.context = context
        self.isPreview = isPreview
    }

    /// - Throws: a failure of kind `not_found` or `invalid` that names the file.
    func resolve(_ arguments: ValueMap) throws(Failure) -> ValueMap {
        var resolved = arguments
        for parameter in operation.parameters {
            let name = parameter.name
            switch parameter.parameter.type {
            case .file: if let argument = arguments[name] { resolved[name] = try file(argument, name) }
            case .list(of: .file):
                guard let items = arguments[name]?.listValue else { continue }
                resolved[name] = .list(try items.map { item throws(Failure) in try file(item, name) })
            default: break
            }
        }
        return resolved
    }

    private func file(_ argument: Value, _ name: String) throws(Failure) -> Value {
        guard let path = argument.stringValue else { return argument }
        return .file(try reference(path, name))
    }

    private func reference(_ text: String, _ name: String) throws(Failure) -> FileReference {
        let path = context.absolutePath(text)
        let info: FileInfo?
        do {
            info = try context.world.files.info(path)
        } catch {
            guard isPreview else { throw Failure(error) }
            info = nil
        }
        if let info, info.kind == .file {
            return FileReference(path: path, size: info.size, mediaType: MediaType.ofFile(path))
        }
        // A dry run shows what would be sent; an earlier step may make the file.
        if isPreview { return FileReference(path: text.contains("‹") ? text : path, size: 0) }
        guard info == nil else { throw Failure(.invalid, "\(node): \(name) \"\(text)\" is no file") }
        throw Failure(
            .notFound, "\(node): there is no file \"\(text)\"",
            hint: "relative paths start at \(context.workingDirectory)")
    }
}

/// Where a download is kept.
struct SavePath {
    let context: NodeContext

    /// - Parameters:
    ///   - wanted: the path the user asked for; nil or empty keeps the file in the run's folder. A folder, or a path that
    ///     ends in a slash, gets `name`.
    ///   - name: nil or empty is the name of the URL.
    func path(_ wanted: String?, url: String, name: String? = nil) throws -> String {
        let files = context.world.files
        let name = name.flatMap { $0.isEmpty ? nil : SavePath.fileName($0) } ?? SavePath.name(url)
        guard let wanted, !wanted.isEmpty else {
            let place = try place()
            try files.createFolder(context.filesDirectory + place)
            return "\(context.filesDirectory)\(place)/\(name)"
        }
        let path = context.absolutePath(wanted)
        let isFolder = try wanted.hasSuffix("/") || files.info(path)?.kind == .folder
        return isFolder ? path + "/" + name : path
    }

    /// The folder of a step or an item: those of a loop may well download files of one name. A key of the user's own may
    /// begin like another one, and may be no name of a file.
    private func place() throws(Failure) -> String {
        let key = context.idempotencyKey
        if key.isEmpty { return "" }
        let text = context.isKeyGiven ? Hexadecimal.encode(try Digest.sha256(Array(key.utf8))) : key
        return "/\(text.prefix(12))"
    }

    /// The last part of a URL's path as a file name: a name from a server is never a path.
    static func name(_ url: String) -> String {
        let path = url.prefix { $0 != "?" && $0 != "#" }
        let afterScheme = path.firstRange(of: "://").map { path[$0.upperBound...] } ?? path
        guard let slash = afterScheme.lastIndex(of: "/") else { return "download" }
        return fileName(PercentEncoding.decode(String(afterScheme[afterScheme.index(after: slash)...])))
    }

    private static func fileName(_ text: String) -> String {
        var name = ""
        for scalar in text.unicodeScalars where scalar != "/" && scalar.value >= 0x20 && scalar.value != 0x7F {
            name.unicodeScalars.append(scalar)
        }
        return name.isEmpty || name == "." || name == ".." ? "download" : name
    }
}
