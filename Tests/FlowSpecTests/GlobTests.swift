import FlowSpec
import Testing

@Suite struct GlobTests {
    private func matches(_ pattern: String, _ path: String) -> Bool {
        Glob(pattern).matches(path.split(separator: "/").map(String.init))
    }

    @Test(arguments: [
        ("**", "a"), ("**", "a/b/c"), ("**/c", "c"), ("**/c", "a/b/c"), ("a/**", "a"), ("a/**/c", "a/c"),
        ("a/**/c", "a/c/b/c"), ("**/a/**/b", "x/a/a/y/b"), ("**/**/b", "a/b"), ("**/a/b", "a/a/b"),
        ("**/a?/*.txt", "ab/a1/x.txt"), (".a/**", ".a/b"), ("**/.a/**/b", "x/.a/y/b"), ("**/.a/*/**", ".a/b"),
        ("./a/*", "a/b"),
    ])
    func patternsMatch(pattern: String, path: String) { #expect(matches(pattern, path)) }

    @Test(arguments: [
        ("**/c", "a/b"), ("a/**/c", "a/b"), ("**", ".a"), ("**/b", ".a/b"), ("**/b", "a/.x/b"), ("*", "a/b"),
        ("*", ".a"), ("**/a/**/b", "x/a/.y/b"), ("a/**", "b/a"), ("**/a/b", "a/b/c"), ("?/b", ".a/b"),
    ])
    func patternsDoNotMatch(pattern: String, path: String) { #expect(!matches(pattern, path)) }

    /// Where each `**` is taken back by itself, this takes longer than anybody lives.
    @Test(.timeLimit(.minutes(1))) func anyNumberOfFoldersMayBeLeftOpen() {
        let pattern = String(repeating: "**/a/", count: 20) + "**/b"
        #expect(!matches(pattern, String(repeating: "a/", count: 60) + "a"))
        #expect(matches(pattern, String(repeating: "a/", count: 60) + "b"))
    }
}
