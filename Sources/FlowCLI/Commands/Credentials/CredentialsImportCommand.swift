import ArgumentParser
import FlowCore
import FlowCrypto
import FlowVault

/// `flowctl credentials import FILE`
struct CredentialsImportCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Put credentials of somebody else into the vault.",
        discussion: """
            It reads what "flowctl credentials export" wrote: sealed with age, which asks for a private key, or in \
            clear. All of them are stored, or none. With --replace one that names no hosts or workflows keeps those of \
            the one that it replaces.
              flowctl credentials import team.age --identity ~/.config/age/key.txt
            """)

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    @Argument(help: "The file; - is standard input.", completion: .file())
    var file: String

    @Option(
        help: ArgumentHelp("A file with a private key of age or ssh; may be repeated.", valueName: "file"),
        completion: .file())
    var identity: [String] = []

    @Flag(help: "Replace credentials of the same name.")
    var replace = false

    @Option(help: ArgumentHelp("Store one under another name; may be repeated.", valueName: "name=new"))
    var rename: [String] = []

    func run(in session: Session) async throws {
        let source = file == "-" ? "the input" : "\"\(file)\""
        var bytes = try session.readArgument(file, as: "the file")
        let isSealed = AgeTool.isSealed(bytes)
        if isSealed { bytes = try await open(bytes, source, session) }
        defer { wipe(&bytes) }
        var records = try CredentialPackage(bytes, source: source).credentials
        try giveNewNames(to: &records)
        let types = CredentialTypeIndex(connectors: session.connectors())
        for index in records.indices { try check(&records[index], types, session.console) }
        let vault = try session.vaultAccess().existingVault()
        let taken = Set(try vault.names())
        if !replace, let name = records.map(\.name).first(where: taken.contains) {
            throw Exit.usage(
                "there is already a credential \"\(name)\"", hint: "add --replace, or --rename \(name)=NAME")
        }
        do {
            try vault.store(records)
        } catch {
            guard error.kind == .conflict else { throw error }
            throw Exit.usage(error.message, hint: "add --rename NAME=NEW")
        }
        session.console.show(json: ["imported": .list(records.map { .string($0.name) })]) {
            for record in records { session.console.show("imported \(record.name) of type \(record.type)") }
        }
        if !isSealed, file != "-" { session.console.note("\(file) holds secrets in clear: delete it") }
    }

    private func open(_ bytes: [UInt8], _ source: String, _ session: Session) async throws -> [UInt8] {
        guard !identity.isEmpty else {
            throw Exit.usage("\(source) is sealed with age", hint: "say where your private key is with --identity")
        }
        return try await AgeTool(session).open(bytes, identities: identity.map(session.absolutePath))
    }

    private func giveNewNames(to records: inout [CredentialRecord]) throws {
        for entry in rename {
            let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw Exit.usage("\"\(entry)\" names no credential", hint: "write it as --rename NAME=NEW")
            }
            guard let index = records.firstIndex(where: { $0.name == parts[0] }) else {
                throw Exit.usage(
                    "there is no credential \"\(parts[0])\" in the file",
                    hint: "it has \(records.map(\.name).joined(separator: ", "))")
            }
            records[index].name = parts[1]
        }
        for record in records {
            do {
                try CredentialName.check(record.name)
            } catch {
                throw Exit.usage(error.message, hint: error.hint)
            }
        }
    }

    /// What a type of this machine says of the fields; one that is not known here is stored as it came.
    private func check(_ record: inout CredentialRecord, _ types: CredentialTypeIndex, _ console: Console) throws {
        guard let type = types.type(named: record.type) else {
            return console.note("no connector here has the type \(record.type) of \(record.name)")
        }
        record.fields = try type.checked(record.fields, source: "the credential \"\(record.name)\"")
    }
}
