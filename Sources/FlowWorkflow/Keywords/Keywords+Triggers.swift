import FlowCore
import FlowSpec

extension Keywords {
    package static let triggers = KeywordTable(
        "\"on\"",
        [
            Keyword("manual", .value, "Started by hand.", spellings: ["workflow_dispatch"]),
            Keyword("call", .value, "Started by another workflow.", spellings: ["workflow_call"]),
            Keyword("schedule", .list(of: .table(schedule)), "Started by time."),
            Keyword("webhook", .table(webhook), "Started by an HTTP request."),
            Keyword("poll", .table(poll), "Started by items that are new or changed."),
        ])

    enum Missed: String, CaseIterable { case skip, latest, all }
    enum Overlap: String, CaseIterable { case skip, queue, cancel }
    enum Respond: String, CaseIterable {
        case immediately
        case whenFinished = "when_finished"
    }

    static let schedule = KeywordTable(
        "a schedule",
        [
            Keyword("cron", .string, "Minute, hour, day of month, month, day of week."),
            Keyword("every", .duration, "A fixed interval."),
            Keyword("at", .string, "One moment (RFC 3339)."),
            Keyword("timezone", .string, "A name such as Europe/Berlin; the system's by default."),
            Keyword("missed", .choice(Missed.allCases.map(\.rawValue)), "What is done about missed times."),
            Keyword("window", .duration, "How late a missed time may start."),
            Keyword("jitter", .duration, "A random delay up to this."),
            Keyword("overlap", .choice(Overlap.allCases.map(\.rawValue)), "What is done while a run goes on."),
        ])

    static let webhook = KeywordTable(
        "\"webhook\"",
        [
            Keyword("path", .string, "The path that is listened on.", required: true),
            Keyword("methods", .list(of: .choice(methods)), "POST by default."),
            Keyword(
                "verify", .either([.choice(["none"]), .table(verify)]), "How a sender proves itself.", required: true),
            Keyword("dedupe", .condition, "What makes two requests the same."),
            Keyword("respond", .choice(Respond.allCases.map(\.rawValue)), "When the answer is sent."),
        ])

    static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]

    static let verify = KeywordTable(
        "\"verify\"",
        [
            Keyword("scheme", .string, "How requests are signed.", required: true),
            Keyword("credential", .string, "The vault entry with the secret.", required: true),
        ])

    static let poll = KeywordTable(
        "\"poll\"",
        [
            Keyword("uses", .string, "The node that lists the items.", required: true),
            Keyword("with", .map(of: .value), "The node's arguments."),
            Keyword("credential", .string, "The vault entry to use."),
            Keyword("every", .duration, "How often to look.", required: true),
            Keyword("key", .condition, "What tells one item from another."),
        ])
}
