package import FlowCore
package import FlowSpec
import Synchronization

/// The nodes of connector files: those in given folders first, then those that are part of flowctl.
///
/// A file is read when one of its operations is asked for. Safe to use from any thread.
package final class ConnectorSource: NodeSource {
    private struct Reading {
        var text: SourceText
        var connector: Connector?
        var diagnostics: Diagnostics
    }

    private let directories: [String]
    private let files: any FileSystem
    private let readings = Mutex<[String: Reading]>([:])
    private let memory = ConnectorMemory()

    /// - Parameter directories: absolute paths, the first that has a connector wins; one that doesn't exist is empty.
    package init(directories: [String] = [], files: any FileSystem) {
        self.directories = directories
        self.files = files
    }

    // MARK: Nodes

    package func node(named name: String) throws -> (any Node)? {
        let parts = name.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let connector = try connector(parts[0]), let operation = connector.operation(parts[1])
        else { return nil }
        return ConnectorNode(connector, operation, memory: memory)
    }

    /// Cheap for what is embedded; files in the folders are read.
    package var names: [String] {
        let shadowing = Set(localPaths.keys)
        var all: Set<String> = []
        for file in EmbeddedCatalog.connectors where !shadowing.contains(file.name) {
            for operation in file.operations { all.insert("\(file.name).\(operation)") }
        }
        for name in shadowing {
            guard let connector = try? connector(name) else { continue }
            for operation in connector.operations { all.insert("\(name).\(operation.name)") }
        }
        return all.sorted()
    }

    // MARK: Connectors

    /// The names of all connectors, sorted.
    package var connectorNames: [String] {
        Set(EmbeddedCatalog.connectors.map(\.name)).union(localPaths.keys).sorted()
    }

    /// nil where there is none of that name.
    ///
    /// - Throws: the first error `Diagnostic` of its file, or a `Failure` where the file can't be read.
    package func connector(_ name: String) throws -> Connector? {
        guard let reading = try reading(name) else { return nil }
        if let error = reading.diagnostics.sorted.first(where: { $0.severity == .error }) { throw error }
        return reading.connector
    }

    /// The content of a connector's file; nil where there is none of that name.
    package func content(of name: String) throws -> [UInt8]? { try reading(name)?.text.bytes }

    /// Everything there is to say about a connector's file; nil where there is none of that name.
    package func diagnostics(of name: String) throws -> Diagnostics? { try reading(name)?.diagnostics }

    /// The credential types of all connectors that can be read.
    package var credentialTypes: [CredentialType] {
        connectorNames.compactMap { try? connector($0) }.flatMap(\.credentialTypes)
    }

    // MARK: Files

    private func reading(_ name: String) throws -> Reading? {
        if let held = readings.withLock({ $0[name] }) { return held }
        let reading: Reading
        if let path = localPaths[name] {
            // Whoever opens a pipe waits until somebody writes to it.
            guard try files.info(path)?.kind != .other else {
                throw Failure(.invalid, "\(path) is no file", hint: "remove it, or give it another name")
            }
            let bytes = try files.read(path, limit: 10 << 20)
            reading = read(SourceText(name: path, bytes: bytes), from: .connectorFile(path: path), as: name)
        } else if let file = EmbeddedCatalog.connector(name) {
            let text = SourceText(name: "<\(file.path)>", bytes: file.bytes)
            reading = read(text, from: .embeddedConnector, as: name)
        } else {
            return nil
        }
        readings.withLock { $0[name] = reading }
        return reading
    }

    private func read(_ text: SourceText, from source: NodeSpec.Source, as name: String) -> Reading {
        var (connector, diagnostics) = ConnectorReader.read(text, from: source)
        let start = SourceSpan(text, start: 0, end: 0)
        if let found = connector?.name, found != name {
            diagnostics.error(
                "wrong-name", "the connector \"\(found)\" stands in a file named \"\(name)\"", at: start,
                hint: "rename the file to \(found).yaml")
        }
        if source != .embeddedConnector, connector?.isOverride == false, EmbeddedCatalog.connector(name) != nil {
            diagnostics.error(
                "shadows-embedded", "\"\(name)\" is part of flowctl, and this file would stand in for it", at: start,
                hint: "add \"override: true\" to replace it, or give the connector another name")
        }
        return Reading(
            text: text, connector: diagnostics.hasErrors ? nil : connector, diagnostics: diagnostics)
    }

    /// Connector files in the folders by connector name.
    private var localPaths: [String: String] {
        var paths: [String: String] = [:]
        for directory in directories {
            guard let info = try? files.info(directory), info.kind != .file, let entries = try? files.list(directory)
            else { continue }
            for entry in entries {
                for ending in [".yaml", ".yml"] where entry.hasSuffix(ending) && !entry.hasPrefix(".") {
                    let name = String(entry.dropLast(ending.count))
                    if paths[name] == nil { paths[name] = directory + "/" + entry }
                }
            }
        }
        return paths
    }
}
