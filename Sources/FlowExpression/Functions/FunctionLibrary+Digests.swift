import FlowCore
import FlowCrypto

extension FunctionLibrary {
    static let digests: [Function] = [
        Function(
            "hash.sha256", ["hash.sha256(bytes) -> string", "hash.sha256(string) -> string"],
            "The SHA-256 digest in hexadecimal.",
            [("hash.sha256('abc')", "'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'")],
            steps: 50
        ) { (arguments, frame) throws(Fault) in
            guard let bytes = arguments.raw(0) else { return nil }
            try frame.spend(steps: bytes.count)
            return try hexadecimal { () throws(Failure) in try Digest.sha256(bytes) }
        },
        Function(
            "hmac.sha256",
            [
                "hmac.sha256(string, string) -> string", "hmac.sha256(string, bytes) -> string",
                "hmac.sha256(bytes, string) -> string", "hmac.sha256(bytes, bytes) -> string",
            ],
            "The HMAC with SHA-256 by a key, the first argument, of a message, in hexadecimal.",
            [
                (
                    "hmac.sha256('key', 'The quick brown fox jumps over the lazy dog')",
                    "'f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8'"
                )
            ], steps: 60
        ) { (arguments, frame) throws(Fault) in
            guard let key = arguments.raw(0), let message = arguments.raw(1) else { return nil }
            try frame.spend(steps: key.count + message.count)
            return try hexadecimal { () throws(Failure) in try MessageCode.hmacSHA256(key: key, message) }
        },
    ]

    private static func hexadecimal(_ digest: () throws(Failure) -> [UInt8]) throws(Fault) -> Value {
        do throws(Failure) {
            return .string(Hexadecimal.encode(try digest()))
        } catch {
            throw .invalid(error.message)
        }
    }
}
