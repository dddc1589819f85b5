import FlowConnect
import FlowCore
import FlowSpec
import FlowStore
import FlowVault

extension Session {
    /// The fields in a file that an option names: a JSON object, or, where the type has one secret field, that alone.
    ///
    /// - Throws: an `Exit` of status `usage` that quotes nothing of the file: it is the secret.
    func credentialFields(in path: String, of type: CredentialType) throws -> ValueMap {
        let text = try readText(path, as: "the credential's file")
        let sole = type.soleSecretField
        let trimmed = FieldForm(.text).trimmed(text)
        if trimmed.first == "{", sole?.form.kind != .serviceAccount {
            guard let object = (try? JSON.parse(trimmed))?.mapValue else {
                throw Exit.usage("the credential's file is no valid JSON", hint: "write it as \(type.example)")
            }
            return object
        }
        guard let sole, !trimmed.isEmpty else {
            throw Exit.usage("the credential's file holds no JSON object", hint: "write it as \(type.example)")
        }
        if let object = (try? JSON.parse(trimmed))?.mapValue, object[sole.name] != nil { return object }
        return ValueMap([(sole.name, .string(sole.form.trimmed(text)))])
    }

    /// Says which secrets are too short to be told from other text.
    func noteShortSecrets(_ fields: ValueMap) {
        for (key, value) in fields where value.containsSecret {
            guard let text = value.revealed.stringValue, text.utf8.count < Masker.minimumLength else { continue }
            console.note(
                "\(key.text, .bold) has fewer than \(Masker.minimumLength) bytes: where a service repeats it, it is neither masked nor sealed"
            )
        }
    }

    /// Where a file of a project says what a credential is, it must not say as well where it goes.
    ///
    /// - Returns: the path of the connector file that the type comes from, where that is no connector of flowctl or of
    ///   the user's own folder.
    func projectFile(of type: CredentialType, _ index: CredentialTypeIndex) throws -> String? {
        guard let service = type.service,
            case .connectorFile(let path) = try index.connectors.connector(service)?.source,
            settings.connectorFolder.map({ path.hasPrefix($0 + "/") }) != true
        else { return nil }
        return path
    }

    /// When runs last used each credential; empty where nothing has run, or the history can't be read.
    var credentialUses: [String: Timestamp] { (try? history()?.credentialUses()) ?? [:] }

    /// Files and folders of workflows as grants have them: real paths, those of folders with a slash at the end.
    ///
    /// - Parameter mustExist: false takes what is gone as it is written.
    /// - Throws: an `Exit` of status `usage` where there is no such file or folder.
    func workflowPlaces(files: [String], folders: [String], mustExist: Bool = true) throws -> Set<String> {
        var places: Set<String> = []
        for (path, isFolder) in files.map({ ($0, false) }) + folders.map({ ($0, true) }) {
            let absolute = NodeContext.absolute(path, from: workingDirectory)
            let real = self.files.realPath(absolute)
            guard let place = real ?? (mustExist ? nil : absolute) else {
                throw Exit.usage("there is no \(isFolder ? "folder" : "file") \"\(path)\"")
            }
            if real != nil, (try self.files.info(place)?.kind == .folder) != isFolder {
                throw Exit.usage(
                    "\"\(path)\" is a \(isFolder ? "file" : "folder")",
                    hint: "give it with \(isFolder ? "--workflow" : "--project")")
            }
            places.insert(isFolder && place != "/" ? place + "/" : place)
        }
        return places
    }

    /// `api.example.com`, or with a scheme and port.
    ///
    /// - Throws: an `Exit` of status `usage`.
    static func origin(_ text: String) throws -> Origin {
        guard let origin = Origin(text.contains("://") ? text : "https://" + text), !text.contains("*") else {
            throw Exit.usage(
                "\"\(text)\" is no host", hint: "write it as api.example.com or https://example.com:8443")
        }
        return origin
    }
}

extension CredentialInfo {
    /// When runs last used it; nil where that was a credential that had its name before.
    func lastUse(in uses: [String: Timestamp]) -> Timestamp? { uses[name].flatMap { $0 < createdAt ? nil : $0 } }
}
