import FlowCore
import Testing

@testable import FlowCLI

@Suite struct ManPageTests {
    private func page(_ json: String) throws -> String {
        let command = try #require(CommandDescription(try JSON.parse(json)))
        return ManPage(command).text
    }

    @Test func aPageHasWhatManExpects() throws {
        let text = try page(
            """
            {"commandName": "list", "superCommands": ["flowctl", "runs"], "abstract": "List runs.",
             "discussion": "First line\\n.second line",
             "arguments": [
                {"kind": "positional", "valueName": "name", "isOptional": true, "abstract": "Which."},
                {"kind": "option", "names": [{"kind": "short", "name": "l"}, {"kind": "long", "name": "limit"}],
                 "valueName": "count", "isOptional": true, "abstract": "At most.", "defaultValue": "20"},
                {"kind": "flag", "names": [{"kind": "long", "name": "secret"}], "shouldDisplay": false}]}
            """)
        #expect(
            text == """
                .\\" Made by "make docs" from the command line's description.
                .TH FLOWCTL-RUNS-LIST 1 "" "flowctl" "User commands"
                .SH NAME
                flowctl\\-runs\\-list \\- List runs
                .SH SYNOPSIS
                .B flowctl runs list
                [<name>]
                [\\fIoptions\\fR]
                .SH DESCRIPTION
                First line
                .br
                \\&.second line
                .SH ARGUMENTS
                .TP
                \\fIname\\fR
                Which.
                .SH OPTIONS
                .TP
                \\fB\\-l\\fR, \\fB\\-\\-limit\\fR \\fIcount\\fR
                At most. Default: 20.
                .SH SEE ALSO
                .BR flowctl\\-runs (1)

                """)
    }
}
