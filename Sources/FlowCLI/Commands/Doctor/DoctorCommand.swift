import ArgumentParser
import FlowCore

/// `flowctl doctor`
struct DoctorCommand: Verb {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check this set-up and explain what is wrong with it.",
        discussion: "Exits with 1 where something keeps flowctl from working.")

    @OptionGroup(title: "Options of every command") var global: GlobalOptions

    func run(in session: Session) async throws {
        let findings = await Examination(session).findings()
        let console = session.console
        console.show(json: .list(findings.map(\.asValue))) {
            for finding in findings {
                if finding.level == .fine, console.isQuiet { continue }
                console.show("\(finding.level.symbol, finding.level.style) \(finding.subject, .bold): \(finding.text)")
                if let hint = finding.hint { console.show("    \("hint:", .cyan) \(hint)") }
            }
        }
        if findings.contains(where: { $0.level == .broken }) { throw Exit.status(.failure) }
    }
}

/// One thing `doctor` looked at.
struct Finding: Sendable, Hashable {
    enum Level: String, Sendable {
        case fine, doubtful, broken

        var symbol: String {
            switch self {
            case .fine: "✓"
            case .doubtful: "!"
            case .broken: "✗"
            }
        }

        var style: Style {
            switch self {
            case .fine: .green
            case .doubtful: .yellow
            case .broken: .red
            }
        }
    }

    var level: Level
    var subject: String
    var text: String
    var hint: String?

    init(_ level: Level, _ subject: String, _ text: String, hint: String? = nil) {
        self.level = level
        self.subject = subject
        self.text = text
        self.hint = hint
    }

    var asValue: Value {
        [
            "level": .string(level.rawValue), "subject": .string(subject), "text": .string(text),
            "hint": hint.map(Value.string) ?? .null,
        ]
    }
}
