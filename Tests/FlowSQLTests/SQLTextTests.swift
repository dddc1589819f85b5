import FlowCore
import Testing

@testable import FlowSQL

/// What of a statement stands for values.
struct SQLTextTests {
    @Test(arguments: [
        ("SELECT :a, :b, :a", "SELECT $1, $2, $1", ["a", "b"]),
        ("SELECT ':a', \":b\", :c", "SELECT ':a', \":b\", $1", ["c"]),
        ("SELECT 'it''s :a', :b", "SELECT 'it''s :a', $1", ["b"]),
        ("SELECT E'\\':a', :b", "SELECT E'\\':a', $1", ["b"]),
        ("SELECT '\\', :b", "SELECT '\\', $1", ["b"]),
        ("SELECT :a::int, x::text", "SELECT $1::int, x::text", ["a"]),
        ("SELECT a[1:n], a[:n]", "SELECT a[1:n], a[$1]", ["n"]),
        ("-- :a\nSELECT :b /* :c /* :d */ :e */", "-- :a\nSELECT $1 /* :c /* :d */ :e */", ["b"]),
        ("DO $$ :a $$", "DO $$ :a $$", []), ("SELECT $x$ :a $$ $x$, :b", "SELECT $x$ :a $$ $x$, $1", ["b"]),
        ("SELECT 'ä', :größe", "SELECT 'ä', $1", ["größe"]), ("f(a := 1, :b)", "f(a := 1, $1)", ["b"]),
        ("SELECT ':a", "SELECT ':a", []),
    ])
    func namesBecomeNumbers(text: String, native: String, names: [String]) {
        let found = SQLText(text, .postgreSQL, named: true)
        #expect(found.native == native && found.names == names)
    }

    @Test(arguments: [
        ("SELECT :a, :b, :a", "SELECT ?, ?, ?", ["a", "b", "a"]),
        ("SELECT '\\':a', `:b`, \"\\\":c\", :d", "SELECT '\\':a', `:b`, \"\\\":c\", ?", ["d"]),
        ("SELECT 1 # :a\n, :b", "SELECT 1 # :a\n, ?", ["b"]),
        ("SELECT 1--:a", "SELECT 1--?", ["a"]), ("SELECT 1 -- :a", "SELECT 1 -- :a", []),
        ("SELECT $1, :a", "SELECT $1, ?", ["a"]),
    ])
    func namesBecomeQuestionMarks(text: String, native: String, names: [String]) {
        let found = SQLText(text, .mySQL, named: true)
        #expect(found.native == native && found.names == names)
    }

    @Test func placeholdersOfTheServerAreCounted() {
        #expect(SQLText("SELECT $2, $1, '$3', $tag$ $4 $tag$", .postgreSQL, named: false).count == 2)
        #expect(SQLText("SELECT ?, '?', ? -- ?", .mySQL, named: false).count == 2)
        #expect(SQLText("SELECT a ? 'b' AND :c", .postgreSQL, named: false).native == "SELECT a ? 'b' AND :c")
    }

    @Test(arguments: [
        ("sales.orders", ["sales", "orders"]), (#"sales."orders.2026""#, ["sales", "orders.2026"]),
        (#""a""b".c"#, [#"a"b"#, "c"]), (#"Odd "name"#, [#"Odd "name"#]), (#""open.t"#, [#""open"#, "t"]),
        (#""a"b.c"#, [#""a"b"#, "c"]), ("\"a\u{301}.b\"", ["a\u{301}.b"]),
    ])
    func aPartInQuotesMayHaveADot(text: String, parts: [String]) {
        #expect(SQLName(text, .postgreSQL).parts == parts)
    }

    @Test func namesOfTablesAreQuoted() {
        #expect(SQLDialect.postgreSQL.quoted(SQLName("sales.or\"ders", .postgreSQL)) == "\"sales\".\"or\"\"ders\"")
        #expect(SQLDialect.mySQL.quoted(SQLName("a`b", .mySQL)) == "`a``b`")
        // A quote and a combining mark are one character; bytes are compared, as texts are equal in more than one form.
        #expect(Array(SQLDialect.postgreSQL.quoted("a\"\u{301}b").utf8) == Array("\"a\"\"\u{301}b\"".utf8))
        #expect(Array(SQLDialect.mySQL.quoted("a`\u{301}b").utf8) == Array("`a``\u{301}b`".utf8))
    }
}
