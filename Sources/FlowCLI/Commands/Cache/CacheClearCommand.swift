import ArgumentParser
import FlowCore
import FlowStore

/// `flowctl cache clear`
struct CacheClearCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "clear", abstract: "Forget all stored answers; the next requests get whole ones.",
        discussion: "With --output json: an object with cleared, the number of answers.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    func run(in session: Session) async throws {
        let path = session.settings.responses
        let count = try path.map { path throws(Failure) in try ResponseTable.clear(path) } ?? 0
        session.console.show(json: ["cleared": .int(Int64(count))]) {
            session.console.note("forgot \(count) \(count == 1 ? "answer" : "answers")")
        }
    }
}
