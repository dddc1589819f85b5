import ArgumentParser
import FlowCore
import FlowStore

/// `flowctl cache status`
struct CacheStatusCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say where answers are stored, how many, and how large they are.",
        discussion: "With --output json: an object with file, answers, bytes.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    func run(in session: Session) async throws {
        let console = session.console
        let path = session.settings.responses
        let usage = try path.flatMap { path throws(Failure) in try ResponseTable.usage(of: path) } ?? (0, 0)
        let map = ValueMap([
            ("file", path.map(Value.string) ?? .null), ("answers", .int(Int64(usage.count))),
            ("bytes", .int(Int64(usage.size))),
        ])
        console.show(json: .map(map)) {
            guard let path, usage.count > 0 else { return console.note("no answer is stored") }
            let answers = "\(usage.count) \(usage.count == 1 ? "answer" : "answers")"
            console.show(StyledText("\(answers), \(max(1, usage.size >> 10)) KiB, in \(path)"))
        }
    }
}
