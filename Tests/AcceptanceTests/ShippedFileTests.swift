import FlowCore
import FlowTestKit
import Testing

/// What the repository shows to others passes the program's own checks, without a word.
@Suite struct ShippedFileTests {
    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    @Test(arguments: ["workflows", "templates"]) func isValid(folder: String) async throws {
        let files = Folder.files(below: "\(ShippedFileTests.root)/\(folder)").filter { $0.hasSuffix(".yaml") }.sorted()
        #expect(files.count >= 3)
        let machine = try Machine()
        let result = try await machine.run(
            "flowctl validate --offline " + files.map { "'\($0)'" }.joined(separator: " "))
        #expect(result.exit == 0, "\(result.errors)")
        #expect(result.errors == "")
        #expect(result.output == files.map { "\($0): valid\n" }.joined())
    }

    /// What the hint has somebody type is taken by the app whose token it is.
    @Test func tokensInFilesAreSentToTheTypesOfTheirApps() async throws {
        func made(_ prefix: String, _ count: Int) -> String {
            prefix + String(String(repeating: "FAKE0123", count: count / 8 + 1).prefix(count))
        }
        let tokens = [
            made("xoxb-", 40), made("xoxp-", 40), made("hooks.slack.com/services/", 40), made("ghp_", 36),
            made("sk_test_", 32), made("AKIA", 16), made("ntn_", 44), made("lin_api_", 40), made("lin_oauth_", 40),
            made("sl.", 80), made("ATATT3", 120), made("sk-proj-", 48), made("sk-ant-", 48), made("AIza", 35),
            made("ya29.", 60),
        ]
        let machine = try Machine([
            "flow.yaml": "name: flow\nsteps: [{ run: \"true\" }]\n" + tokens.map { "# \($0)\n" }.joined()
        ])
        let result = try await machine.run("flowctl validate --offline flow.yaml")
        let commands = result.errors.split(separator: "\n").compactMap { line -> [Substring]? in
            let words = line.split(separator: "\"")
            return words.count > 1 && words[1].hasPrefix("flowctl credentials ") ? words[1].split(separator: " ") : nil
        }
        #expect(commands.count == tokens.count, "\(result.errors)")
        let listed = try await machine.run("flowctl credentials types --output json")
        let types = try JSON.parse(listed.output).listValue ?? []
        let apps = Set(types.compactMap { $0["service"]?.stringValue })
        for words in commands {
            let name = String(words[3])
            guard words[2] == "add", words.count == 6 else {
                #expect(words[2] == "login" && ["google", "linear"].contains(name), "\(words)")
                continue
            }
            let type = types.first { $0["name"]?.stringValue == String(words[5]) }
            #expect(type != nil, "\(words)")
            let app = String(name.prefix { $0 != "-" })
            if apps.contains(app) { #expect(type?["service"]?.stringValue == app, "\(words)") }
        }
    }
}
