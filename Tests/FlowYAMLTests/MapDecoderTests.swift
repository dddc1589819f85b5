import FlowCore
import FlowYAML
import Testing

@Suite struct MapDecoderTests {
    private enum Color: String, CaseIterable { case red, green }

    private func decode<Result>(
        _ text: String, synonyms: [String: String] = [:],
        _ body: (inout MapDecoder, inout Diagnostics) -> Result
    ) throws -> (result: Result?, messages: [String]) {
        var diagnostics = Diagnostics()
        let node = try #require(YAML.read(SourceText(name: "t.yaml", text: text), diagnostics: &diagnostics))
        var result: Result?
        if var map = MapDecoder(node, "a thing", synonyms: synonyms, &diagnostics) { result = body(&map, &diagnostics) }
        return (
            result,
            diagnostics.sorted.map {
                "\($0.span.location.dropFirst(7)): \($0.message)\($0.hint.map { " | " + $0 } ?? "")"
            }
        )
    }

    @Test func readsWhatFits() throws {
        let text = "s: x\ni: 3\nb: true\nd: 1h30m\nc: green\nl: [a, b]\none: a\nn: 2.5"
        let (_, messages) = try decode(text) { map, diagnostics in
            #expect(map.string("s", &diagnostics) == "x")
            #expect(map.int("i", in: 1...5, &diagnostics) == 3)
            #expect(map.bool("b", &diagnostics) == true)
            #expect(map.duration("d", &diagnostics) == .seconds(5400))
            #expect(map.choice("c", as: Color.self, &diagnostics) == .green)
            #expect(map.strings("l", &diagnostics)?.map(\.text) == ["a", "b"])
            #expect(map.strings("one", &diagnostics)?.map(\.text) == ["a"])
            #expect(map.number("n", &diagnostics) == 2.5)
            #expect(map.string("missing", &diagnostics) == nil)
        }
        #expect(messages == [])
    }

    @Test func saysWhatWasExpected() throws {
        let text = "s: [x]\ns3: 3\ni: x\nb: 1\nd: 30\nd2: soon\nd0: 0s\nc: gren\nl: 3\nm: x\nn: x\nr: 9\nl2: [1]\ns0:"
        let (_, messages) = try decode(text) { map, diagnostics in
            _ = map.string("s", &diagnostics)
            _ = map.string("s3", &diagnostics)
            _ = map.int("i", &diagnostics)
            _ = map.bool("b", &diagnostics)
            _ = map.duration("d", &diagnostics)
            _ = map.duration("d2", &diagnostics)
            _ = map.duration("d0", &diagnostics)
            _ = map.choice("c", as: Color.self, &diagnostics)
            _ = map.list("l", &diagnostics)
            _ = map.map("m", &diagnostics)
            _ = map.number("n", &diagnostics)
            _ = map.int("r", in: 1...5, &diagnostics)
            _ = map.strings("l2", &diagnostics)
            _ = map.requiredString("gone", &diagnostics)
            _ = map.string("s0", &diagnostics)
        }
        #expect(
            messages == [
                "1:1: \"gone\" is missing in a thing | add gone",
                "1:4: expected a string for \"s\", found a list",
                "2:5: expected a string for \"s3\", found an int | put it in quotes: \"3\"",
                "3:4: expected a whole number for \"i\", found a string",
                "4:4: expected true or false for \"b\", found an int",
                "5:4: expected a duration such as 30s for \"d\", found an int | add the unit: 30s",
                "6:5: \"soon\" is no duration | write numbers with units d h m s ms, such as 1h30m",
                "7:5: the duration \"0s\" must be longer than nothing",
                "8:4: \"gren\" is not a value of \"c\" | did you mean \"green\"?",
                "9:4: expected a list for \"l\", found an int",
                "10:4: expected a map for \"m\", found a string",
                "11:4: expected a number for \"n\", found a string",
                "12:4: \"r\" must be from 1 to 5, not 9",
                "13:6: expected a string for \"l2\", found an int | put it in quotes: \"1\"",
                "14:4: expected a string for \"s0\", found nothing",
            ])
    }

    @Test func reportsUnknownKeysAndThoseOfLater() throws {
        let (_, messages) = try decode("chanel: 1\nmatrix: 2\nfoo: 3") { map, diagnostics in
            map.finish(["channel", "text"], later: ["matrix"], &diagnostics)
        }
        #expect(
            messages == [
                "1:1: unknown key \"chanel\" in a thing | did you mean \"channel\"?",
                "2:1: \"matrix\" is not supported yet | remove it; a later version of flowctl brings it",
                "3:1: unknown key \"foo\" in a thing | use one of channel, text",
            ])
    }

    @Test func takesOtherSpellingsWithANote() throws {
        let synonyms = ["max-parallel": "max_parallel"]
        let (value, messages) = try decode("max-parallel: 2", synonyms: synonyms) { map, diagnostics in
            map.int("max_parallel", &diagnostics)
        }
        #expect(value == 2)
        #expect(messages == ["1:1: \"max-parallel\" is taken as \"max_parallel\" | write max_parallel"])
        let (_, both) = try decode("max-parallel: 2\nmax_parallel: 3", synonyms: synonyms) { _, _ in }
        #expect(
            both == [
                "1:1: \"max-parallel\" is another spelling of \"max_parallel\", which is given too | remove one of the two"
            ])
    }

    @Test func somethingElseThanAMap() throws {
        let (_, messages) = try decode("- 1") { _, _ in }
        #expect(messages == ["1:1: expected a map for a thing, found a list"])
    }
}
