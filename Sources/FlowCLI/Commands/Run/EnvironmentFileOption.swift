import ArgumentParser

/// `--env-file FILE`
struct EnvironmentFileOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file of NAME=value lines, for the variables that env: takes with from; may be repeated.",
            valueName: "file"),
        completion: .file())
    var envFile: [String] = []

    /// Adds the variables of the files to the session's environment, where they win over the process's own; a later
    /// file wins over an earlier one.
    ///
    /// - Throws: an `Exit` of status `usage` where a file can't be read or has a mistake.
    func add(to session: inout Session) throws {
        for path in envFile {
            let file = EnvironmentFile(try session.readArgument(path, as: "the environment file"), name: path)
            for (name, value) in try file.variables() { session.environment[name] = value }
        }
    }
}
