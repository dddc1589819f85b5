import FlowCore
import FlowCrypto
import Testing

private func hex(_ bytes: [UInt8]) -> String { Hexadecimal.encode(bytes) }

@Suite struct DigestTests {
    private let abc = Array("abc".utf8)

    /// The examples of RFC 1321 and FIPS 180-4.
    @Test(arguments: [
        (HashFunction.md5, "900150983cd24fb0d6963f7d28e17f72"),
        (.sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            .sha384,
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"
        ),
        (
            .sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
    ])
    func abcHasItsPublishedDigest(function: HashFunction, digest: String) throws {
        #expect(try hex(Digest.compute(function, abc)) == digest)
    }

    @Test func nothingHasADigestToo() throws {
        #expect(
            try hex(Digest.sha256([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(try hex(Digest.md5([])) == "d41d8cd98f00b204e9800998ecf8427e")
        #expect(try hex(Digest.sha1([])) == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
    }

    @Test func piecesHaveTheDigestOfTheWhole() throws {
        var digest = try StreamingDigest(.sha256)
        try digest.update(Array("a".utf8))
        try digest.update([])
        try digest.update(Array("bc".utf8))
        #expect(try digest.finish() == Digest.sha256(abc))
    }

    /// RFC 4231, cases 1, 2 and 6.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func hmacHasItsPublishedCode(key: [UInt8], message: String, code: String) throws {
        #expect(try hex(MessageCode.hmacSHA256(key: key, Array(message.utf8))) == code)
    }

    /// RFC 4231, case 2: the block of SHA-512 is longer.
    @Test func hmacKnowsTheBlocksOfItsHashFunctions() throws {
        let message = Array("what do ya want for nothing?".utf8)
        #expect(
            try hex(MessageCode.hmac(.sha512, key: Array("Jefe".utf8), message))
                == "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdc"
                + "aeab1a34d4a6b4b636e070a38bce737")
    }

    @Test func hmacTakesAnEmptyKey() throws {
        #expect(
            try hex(MessageCode.hmacSHA256(key: [], []))
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    @Test func onlyEqualTextsAreEqual() {
        #expect(equalInConstantTime([1, 2, 3], [1, 2, 3]))
        #expect(equalInConstantTime([], []))
        #expect(!equalInConstantTime([1, 2, 3], [1, 2, 4]))
        #expect(!equalInConstantTime([1, 2, 3], [1, 2]))
    }
}
