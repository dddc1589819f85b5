import FlowCore
package import FlowSpec

/// The nodes written in Swift.
package struct NativeNodes: NodeSource {
    private static let makers: [String: @Sendable () -> any Node] = [
        "data.format": { DataFormat() },
        "data.parse": { DataParse() },
        "data.template": { DataTemplate() },
        "data.transform": { DataTransform() },
        "files.copy": { FilesCopy() },
        "files.delete": { FilesDelete() },
        "files.list": { FilesList() },
        "files.move": { FilesMove() },
        "files.read": { FilesRead() },
        "files.write": { FilesWrite() },
        "flow.log": { FlowLog() },
        "http.request": { HTTPRequestNode() },
        "shell.run": { ShellRun() },
        "sqlite.execute": { SQLiteExecute() },
        "sqlite.execute_many": { SQLiteExecuteMany() },
        "sqlite.query": { SQLiteQuery() },
        "sqlite.transaction": { SQLiteTransaction() },
    ]

    package init() {}

    package func node(named name: String) -> (any Node)? { Self.makers[name]?() }

    package var names: [String] { Self.makers.keys.sorted() }
}
