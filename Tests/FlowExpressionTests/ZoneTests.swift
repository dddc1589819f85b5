import FlowCore
import Testing

@testable import FlowExpression

@Suite struct ZoneTests {
    @Test func theDatabaseInTheBinaryServesWhereTheSystemHasNone() throws {
        let zone = try #require(Zone.read("Europe/Berlin", from: "/nowhere"))
        #expect(zone.offset(at: 1_782_864_000) == 7200)
        #expect(zone.offset(at: 1_767_225_600) == 3600)
        // Beyond every change that is listed, by the rule.
        #expect(zone.offset(at: 4_118_000_000) == 7200)
        #expect(Zone.read("America/Argentina/Buenos_Aires", from: "/nowhere")?.offset(at: 0) == -10800)
        #expect(Zone.read("Nowhere/City", from: "/nowhere") == nil)
        #expect(Zone.read("", from: "/nowhere") == nil)
    }

    @Test func theSystemComesFirst() throws {
        let folder = "/tmp/flowctl-zone-test-\(UInt64.random(in: 0 ... .max))"
        let tokyo = try #require(EmbeddedZones.file("Asia/Tokyo"))
        try TestFiles.write(tokyo, to: folder, named: "CET")
        defer { TestFiles.remove(folder, "CET") }
        #expect(Zone.read("CET", from: folder)?.offset(at: 0) == 32400)
        #expect(Zone.read("CET", from: "/nowhere")?.offset(at: 0) == 3600)
    }

    @Test func everyEmbeddedZoneCanBeRead() {
        let names = EmbeddedZones.names
        #expect(names.count > 400)
        #expect(names.contains("Europe/Berlin"))
        for name in names { #expect(Zone.read(name, from: "/nowhere") != nil, "\(name)") }
        #expect(EmbeddedZones.version.hasPrefix("20"))
    }

    @Test func aMisspeltZoneGetsASuggestion() {
        let fault = #expect(throws: Fault.self) { _ = try Zone.named("Europe/Berln") }
        #expect(fault?.message == "unknown time zone \"Europe/Berln\"")
        #expect(fault?.hint == "did you mean \"Europe/Berlin\"?")
        let other = #expect(throws: Fault.self) { _ = try Zone.named("Middle-earth/Shire") }
        #expect(other?.hint == "use a name such as Europe/Berlin, or an offset such as +02:00")
    }
}
