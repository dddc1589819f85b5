import FlowCore
import FlowWorkflow
import Testing

@Suite("Secrets in the file") struct HardCodedSecretTests {
    /// Obviously fake, and put together here so that nobody's scanner takes them for true ones.
    private static let digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEF"

    private static func token(_ prefix: String, _ count: Int, tail: String = "") -> String {
        prefix + String(String(repeating: digits, count: 1 + count / digits.count).prefix(count)) + tail
    }

    private func found(_ text: String) -> [String] {
        HardCodedSecrets.texts(in: SourceText(name: "w.yaml", text: text))
    }

    @Test(arguments: [
        token("xoxb-", 40), token("xoxp-", 50), token("xapp-1-", 60), token("ghp_", 36), token("github_pat_", 60),
        token("glpat-", 20), token("AI" + "za", 35), token("ya29.", 60), token("GOCSPX-", 28), token("sk_live_", 24),
        token("rk_test_", 40), token("SG.", 22, tail: token(".", 43)), token("ntn_", 46), token("lin_api_", 40),
        token("pat", 14, tail: token(".", 64)), token("pat-na1-", 36), token("sl.u.", 100), token("123456789:", 35),
        "AKIA" + "0123456789ABCDEF", "0123456789abcdef0123456789abcdef-us12", token("whsec_", 32),
        "hooks.slack.com/services/" + token("T", 8, tail: token("/B", 8, tail: token("/", 24))),
    ])
    func tokensOfServicesAreFoundWhereverTheyStand(token: String) {
        #expect(found("with: { value: \(token) }") == [token])
        #expect(found("run: |\n  curl -H \"X-It: \(token)\" https://a.example\n") == [token])
        #expect(found("# left from yesterday: \(token)\n") == [token])
        #expect(found(token) == [token])
        #expect(found("name: x\(token)") == [])
    }

    @Test(arguments: [
        ("password=7fGh2kLp9QwXz41b", "7fGh2kLp9QwXz41b"), ("DB_PASSWORD: '7fGh2kLp9QwXz41b'", "7fGh2kLp9QwXz41b"),
        (#"body: '{"api_key":"7fGh2kLp9QwXz41b","n":1}'"#, "7fGh2kLp9QwXz41b"),
        ("headers: { Authorization: Bearer 7fGh2kLp9QwXz41b }", "7fGh2kLp9QwXz41b"),
        ("url: https://a.example/?access_token=7fGh2kLp9QwXz41b&n=1", "7fGh2kLp9QwXz41b"),
        ("run: tool --token 7fGh2kLp9QwXz41b --n 1", "7fGh2kLp9QwXz41b"),
        ("url: postgres://me:pass7word@db.example/x", "pass7word"),
    ])
    func valuesAreFoundByTheirNames(line: String, secret: String) { #expect(found(line) == [secret]) }

    @Test func privateKeysAreFound() {
        let key = "k: |\n  -----BEGIN PRIVATE KEY-----\n  bm90IGEga2V5\n  -----END PRIVATE KEY-----\n"
        #expect(found(key) == ["\n  bm90IGEga2V5\n  "])
    }

    @Test func whatOnlyBeginsAKeyIsNone() {
        let key = "-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----\n"
        let begun = "# PRIVATE KEY-----\n"
        #expect(found(key + begun + begun) == ["\nbm90IGEga2V5\n"])
        #expect(found(begun + begun) == [])
    }

    /// Where each one is looked at from its place to the end, these take minutes.
    @Test(.timeLimit(.minutes(1)), arguments: ["# PRIVATE KEY-----\n", "token:"])
    func whatManyNamesPromiseTakesLittleTime(_ text: String) {
        #expect(found(String(repeating: text, count: 50_000)) == [])
    }

    @Test(arguments: [
        "token: ${{ secrets.slack }}", "password: $DB_PASSWORD", "token: \"$(cat token)\"", "token: <your-token>",
        "credential: slack-team-2026-production", "max_tokens: 1000000000000000", "secret: true",
        "token_url: https://auth.example.com/oauth2/v1/token", "token: xoxb-your-token-goes-right-here",
        "token: xoxb-xxxxxxxxxxxxxxxxxxxxxxxx", "spreadsheet: 1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms",
        "sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "key: AKIAIOSFODNN7EXAMPLE",
        "url: https://user@host.example:8080/a", "url: postgres://me:${{ env.PW }}@db/x",
        "password_file: /run/pw1234567890",
        "secret: path/to/the/secret/of/2026/01", "id: 0b1d9c9e-6a59-4a3a-9d0a-1f5d4b6f3d2a",
    ])
    func otherTextIsLeftAlone(line: String) { #expect(found(line) == []) }
}
