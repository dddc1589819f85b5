import FlowCore
import Testing

/// Text that isn't UTF-8.
@Suite struct CharacterSetTests {
    private func text(_ bytes: [UInt8], _ type: String?) -> String? {
        CharacterSet(bytes, contentType: type).text(bytes)
    }

    @Test(arguments: [
        ("text/plain; charset=ISO-8859-1", [0x67, 0xFC, 0x6E] as [UInt8], "gün"),
        ("text/plain; charset=\"iso-8859-1\"", [0x80, 0x81], "\u{80}\u{81}"),
        ("text/csv;charset=latin1", [0x80], "€"),
        ("text/plain; format=flowed; Charset=windows-1252", [0x93, 0x94], "“”"),
        ("text/plain; charset=utf-16le", [0x41, 0, 0xAC, 0x20], "A€"),
        ("text/plain; charset=utf-16", [0xFE, 0xFF, 0x20, 0xAC], "€"),
        ("text/plain; charset=utf-16", [0x41, 0], "A"),
        ("text/plain; charset=iso-8859-1", [0xEF, 0xBB, 0xBF, 0xC3, 0xBC], "ü"),
        ("text/plain; charset=koi8-r", [0xC1], "а"),
        ("text/plain; charset=shift_jis", [0x83, 0x65], "テ"),
        ("text/plain; charset=", [0x41], "A"),
        // Sets that hold a letter back until they know that no accent follows.
        ("text/plain; charset=windows-1255", [0xF9, 0xEC, 0xE5, 0xED], "שלום"),
        ("text/plain; charset=windows-1258", [0x48, 0x61, 0x20, 0x4E, 0x6F, 0x69], "Ha Noi"),
        ("text/plain; charset=big5-hkscs", [0x88, 0x66], "\u{CA}"),
        ("text/plain", [0xFF, 0xFE, 0, 0, 0x41, 0, 0, 0], "A"),
        ("text/plain; charset=utf-16", [0, 0, 0xFE, 0xFF, 0, 1, 0xF6, 0], "😀"),
    ])
    func declaredSet(type: String, bytes: [UInt8], expected: String) { #expect(text(bytes, type) == expected) }

    @Test func utf8WithoutADeclaration() {
        #expect(text(Array("grün".utf8), nil) == "grün")
        #expect(text(Array("grün".utf8), "text/plain") == "grün")
        #expect(text([], "text/plain; charset=utf-16") == "")
    }

    @Test func bytesThatAreNotWhatIsDeclared() {
        #expect(text([0x67, 0xFC], "text/plain; charset=utf-8") == nil)
        #expect(text([0x41, 0, 0x42], "text/plain; charset=utf-16le") == nil)
        #expect(text([0x41], "text/plain; charset=no-such-set") == nil)
        #expect(text([0x41], "text/plain; charset=../../etc") == nil)
    }
}
