import COpenSSL
import FlowCore
import FlowCrypto
import FlowTestKit
import Testing

/// Signatures, each checked by OpenSSL against the key's public part.
@Suite struct SigningKeyTests {
    private let text = Array("signed text".utf8)

    @Test func rsaSignsAsOpenSSLDoes() throws {
        let key = try SigningKey(pem: TestKeys.rsa)
        #expect(key.algorithm == .rsa)
        let signature = try key.sign(text)
        // Of: printf 'signed text' | openssl dgst -sha256 -sign rsa.pem
        #expect(
            Hexadecimal.encode(try Digest.sha256(signature))
                == "3a2ebff53ac4c46155ce9677835ae16ef7f26d938ae1a6641f2a4dbf1e607ac0")
    }

    @Test func curveGivesTwoNumbersThatVerify() throws {
        let key = try SigningKey(pem: TestKeys.ellipticCurve)
        #expect(key.algorithm == .ellipticCurve)
        // Numbers that begin with zero bytes keep their width; of 200 signatures one or two have some.
        for _ in 0..<200 {
            let signature = try key.sign(text)
            try #require(signature.count == 64)
            #expect(try verifies(signature))
        }
    }

    @Test(arguments: ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", encrypted])
    func whatIsNoKeyIsRefused(pem: String) {
        let failure = #expect(throws: Failure.self) { try SigningKey(pem: pem) }
        #expect(failure?.code == "private_key")
        #expect(failure?.message == "the private key can't be read")
    }

    @Test func weakKeyIsRefused() {
        let failure = #expect(throws: Failure.self) { try SigningKey(pem: weak) }
        #expect(failure?.message == "the private key is neither RSA of 2048 bits or more nor of the curve P-256")
        #expect(
            failure?.hint
                == "give it as PEM: \"-----BEGIN PRIVATE KEY-----\" and so on, without a passphrase")
    }

    private func verifies(_ numbers: [UInt8]) throws -> Bool {
        let pem = Array(TestKeys.ellipticCurve.utf8)
        let buffer = BIO_new_mem_buf(pem, Int32(pem.count))
        defer { BIO_free(buffer) }
        let key = PEM_read_bio_PrivateKey(buffer, nil, nil, nil)
        defer { EVP_PKEY_free(key) }
        let parts = ECDSA_SIG_new()
        defer { ECDSA_SIG_free(parts) }
        ECDSA_SIG_set0(parts, BN_bin2bn(numbers, 32, nil), BN_bin2bn(Array(numbers[32...]), 32, nil))
        var der: UnsafeMutablePointer<UInt8>?
        let length = i2d_ECDSA_SIG(parts, &der)
        defer { CRYPTO_free(der, "", 0) }
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        return EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1
            && EVP_DigestVerify(context, der, Int(length), text, text.count) == 1
    }
}

private let weak = """
    -----BEGIN PRIVATE KEY-----
    MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGBAKujnYHanS3a4yhm
    ZzNUJWKa5P+h8ITpWDhgBs3wres4Pr42kKTrWcMUM/gYS91mo1/zePorB3PrLp15
    xcgbYEcc75sSYrfiIKckEfwKTK51JcacjfY0FjAozZwPMwhR9qAd0uZSWc/2yxGI
    GuXjmctTH0D1iMdW3qtjGL93RdURAgMBAAECgYBj9/D2P/lKSvIBhttW5wy7SNJW
    HeDz2OEcPLnZ2vPBS8oniapnk/h9CdhXCPeu5WgEq89rjgJSPsmwyMssiN1iuVND
    pOj2w87+RCUVllJ4kxOXJtHi5fy/zJKmfF+s77U4eq4c3AdzJHBIdijqiZAchEAB
    yhBVMEvrA8YeggoYAQJBAN68gPCNe4ziIHIuWlicxuTfHjEQQqysMblq3bevXLpY
    4RPkMTtejL4BoPR8eLTCpjzCbyK4Iuw+FsYAuTiMxJECQQDFRZlo92iGU0GFfR2J
    XcTMnV+dxv5bJU5BcStOCWffXO6K8c1fpx6hisX7pmqJjpyeJhs9qHRJCGrtVpGf
    LkiBAkAn9uyvvMMRWTV3J0gApEivojT5mrBL6S2W1kzn+2gI64+fEQ+gVmusYABw
    PbEuxcosFrr4IM/rUYymhFS3h9JxAkAWHjuZHURG60bJZMHPCQhruKlj00/pgEFJ
    7Rph4YQX8x97zKiuNNqmWhzgnkQLsEW3JaagPybqmVsDyVUCd/oBAkEAvxG14u4p
    ER1jAS6AT6rDnuY7GgDw5HjJmBOV7hRsRB7gjt3azu/4vz7cvnCtX6ojeUZxi3M+
    dgGzd99/WXQo0g==
    -----END PRIVATE KEY-----
    """

private let encrypted = """
    -----BEGIN ENCRYPTED PRIVATE KEY-----
    MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAgFNiD9qNKo+QICCAAw
    DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEELbCy8OhHs9ASrgVc4aD1CwEgZAl
    A2lEAcZHpdBjk/AiGIb/Y1aKmEPyMXK1POxLtbFxuTqNQfjukaEa1vE7waFWpRn+
    s+zBF2iwVbnJuvZ21sywpGFj3DlZCjNs9ddTsPytjCFAEtAnJYEElDp8RcQQe7uc
    9pF8icnfV3JXDb6OT+JGNoRZqCruVOioAvxitU3CjE8VSTN6hDObYYbXrK10dIA=
    -----END ENCRYPTED PRIVATE KEY-----
    """
