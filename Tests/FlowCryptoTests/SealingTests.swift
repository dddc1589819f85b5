import FlowCore
import FlowCrypto
import Testing

private func bytes(_ hex: String) throws -> [UInt8] { try #require(Hexadecimal.decode(hex)) }

@Suite struct AuthenticatedBoxTests {
    /// Test case 16 of the GCM specification of McGrew and Viega.
    @Test func boxesHaveThePublishedForm() throws {
        let key = SecretBytes(try bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"))
        let nonce = try bytes("cafebabefacedbaddecaf888")
        let plain = try bytes(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")
        let context = try bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        let box = try AuthenticatedBox.seal(plain, key: key, context: context, nonce: nonce)
        let expected = try bytes(
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662" + "76fc6ece0f4e1768cddf8853bb2d551b")
        #expect(box == nonce + expected)
        #expect(try AuthenticatedBox.open(box, key: key, context: context) == plain)
    }

    private let key = SecretBytes([UInt8](repeating: 7, count: 32))

    @Test func anEmptyTextCanBeSealed() throws {
        let box = try AuthenticatedBox.seal([], key: key, context: [])
        #expect(box.count == AuthenticatedBox.overhead)
        #expect(try AuthenticatedBox.open(box, key: key, context: []) == [])
    }

    @Test func theSameTextIsSealedDifferentlyEachTime() throws {
        let boxes = try (0..<20).map { _ in try AuthenticatedBox.seal([1, 2, 3], key: key, context: []) }
        #expect(Set(boxes).count == 20)
    }

    @Test func everyFlippedBitIsNoticed() throws {
        let box = try AuthenticatedBox.seal(Array("fake secret".utf8), key: key, context: [9])
        for position in box.indices {
            for bit in 0..<8 {
                var changed = box
                changed[position] ^= 1 << UInt8(bit)
                #expect(throws: Failure.self) { try AuthenticatedBox.open(changed, key: key, context: [9]) }
            }
        }
    }

    @Test func anotherKeyContextOrLengthIsNoticed() throws {
        let box = try AuthenticatedBox.seal([1, 2, 3], key: key, context: [9])
        let problem = Failure(
            .invalid, "the sealed data was changed, or the key is another one", code: "not_authentic")
        let otherKey = SecretBytes([UInt8](repeating: 8, count: 32))
        #expect(throws: problem) { try AuthenticatedBox.open(box, key: otherKey, context: [9]) }
        #expect(throws: problem) { try AuthenticatedBox.open(box, key: key, context: [8]) }
        #expect(throws: problem) { try AuthenticatedBox.open(box.dropLast(), key: key, context: [9]) }
        #expect(throws: problem) { try AuthenticatedBox.open([], key: key, context: [9]) }
    }

    @Test func aKeyOfTheWrongSizeIsRefused() {
        #expect(throws: Failure.self) { try AuthenticatedBox.seal([1], key: SecretBytes([1, 2]), context: []) }
    }
}

@Suite struct KeyDerivationTests {
    /// RFC 7914, section 12: the second vector, and the third, which needs more memory than OpenSSL takes unasked.
    @Test(arguments: [
        (
            "password", "NaCl", ScryptCost(n: 1024, r: 8, p: 16),
            "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830da"
                + "c727afb94a83ee6d8360cbdfa2cc0640"
        ),
        (
            "pleaseletmein", "SodiumChloride", ScryptCost(n: 16384, r: 8, p: 1),
            "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9"
                + "e61e85dc0d651e40dfcf017b45575887"
        ),
    ])
    func scryptGivesThePublishedKeys(passphrase: String, salt: String, cost: ScryptCost, key: String) throws {
        let derived = try KeyDerivation.scrypt(
            SecretBytes(passphrase.utf8), salt: Array(salt.utf8), cost: cost, size: 64)
        #expect(derived.copy() == (try bytes(key)))
    }

    /// It needs four times the memory that OpenSSL takes unasked.
    @Test func theStandardCostCanBePaid() throws {
        #expect(ScryptCost.standard == ScryptCost(n: 131_072, r: 8, p: 1))
        let key = try KeyDerivation.scrypt(SecretBytes("fake passphrase".utf8), salt: [1], cost: .standard)
        #expect(key.count == 32)
    }

    @Test(arguments: [
        ScryptCost(n: 1000), ScryptCost(n: 0), ScryptCost(n: 1 << 40), ScryptCost(n: 1024, r: 0),
        ScryptCost(n: 1 << 20, r: 32), ScryptCost(n: 1024, r: 8, p: 1 << 30),
    ])
    func anImpossibleCostIsRefused(cost: ScryptCost) {
        let problem = Failure(.invalid, "the cost of the key derivation is out of bounds", code: "scrypt_cost")
        #expect(throws: problem) {
            _ = try KeyDerivation.scrypt(SecretBytes([1]), salt: [1], cost: cost)
        }
    }

    @Test func anOpenerGoesOnAfterABoxThatIsNotItsOwn() throws {
        let key = SecretBytes(Random.bytes(32))
        let other = SecretBytes(Random.bytes(32))
        let opener = try BoxOpener(key: key)
        for text in ["first", "", "a third that is longer than a block of the cipher"] {
            let plain = Array(text.utf8)
            let box = try AuthenticatedBox.seal(plain, key: key, context: Array("here".utf8))
            var opened: [UInt8]?
            try box.withUnsafeBytes { try opener.open($0, context: Array("here".utf8)) { opened = Array($0) } }
            #expect(opened == plain)
            let foreign = try AuthenticatedBox.seal(plain, key: other, context: Array("here".utf8))
            for (box, context) in [(foreign, "here"), (box, "there"), (Array(box.dropLast()), "here"), ([], "here")] {
                let failure = #expect(throws: Failure.self) {
                    try box.withUnsafeBytes { try opener.open($0, context: Array(context.utf8)) { _ in } }
                }
                #expect(failure?.code == "not_authentic")
            }
        }
    }

    /// RFC 5869, test cases 1 and 3.
    @Test func hkdfGivesThePublishedKeys() throws {
        let secret = SecretBytes([UInt8](repeating: 0x0b, count: 22))
        let first = try KeyDerivation.hkdf(
            secret, salt: try bytes("000102030405060708090a0b0c"), info: try bytes("f0f1f2f3f4f5f6f7f8f9"), size: 42)
        #expect(
            Hexadecimal.encode(first.copy())
                == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865")
        let third = try KeyDerivation.hkdf(secret, info: [], size: 42)
        #expect(
            Hexadecimal.encode(third.copy())
                == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")
    }

    @Test func secretsDoNotDescribeThemselves() {
        let secret = SecretBytes(Array("fake-canary-value".utf8))
        var dumped = ""
        dump(secret, to: &dumped)
        #expect("\(secret)" == "17 secret bytes")
        #expect(!"\(secret) \(String(reflecting: secret)) \(dumped)".contains("canary"))
    }

    @Test func wipingLeavesNothing() {
        var secret: [UInt8] = [1, 2, 3]
        wipe(&secret)
        #expect(secret.isEmpty)
    }

    @Test func randomBytesDiffer() {
        #expect(Random.bytes(32).count == 32)
        #expect(Random.bytes(32) != Random.bytes(32))
        #expect(Random.bytes(0).isEmpty)
    }
}
