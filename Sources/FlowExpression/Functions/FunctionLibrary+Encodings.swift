import FlowCore

extension FunctionLibrary {
    static let encodings: [Function] = [
        encode("base64.encode", "Base64 of bytes or text.", ("base64.encode(b'hello')", "'aGVsbG8='"), .standard),
        decode("base64.decode", "The bytes of base64, padded or not.", ("base64.decode('aGVsbG8')", "b'hello'")),
        encode(
            "base64url.encode", "Base64 with - and _ and without padding.", ("base64url.encode(b'>>>?')", "'Pj4-Pw'"),
            .url),
        decode(
            "base64url.decode", "The bytes of base64 with - and _.", ("base64url.decode('Pj4-Pw')", "b'>>>?'")),
    ]

    private static func encode(
        _ name: String, _ summary: String, _ example: (String, String), _ alphabet: Base64.Alphabet
    ) -> Function {
        Function(name, ["\(name)(bytes) -> string", "\(name)(string) -> string"], summary, [example]) {
            (arguments, frame) throws(Fault) in
            guard let bytes = arguments.raw(0) else { return nil }
            try frame.spend(steps: bytes.count)
            try frame.spend(bytes: bytes.count * 2)
            return .string(Base64.encode(bytes, alphabet: alphabet))
        }
    }

    private static func decode(_ name: String, _ summary: String, _ example: (String, String)) -> Function {
        Function(name, ["\(name)(string) -> bytes"], summary, [example]) { (arguments, frame) throws(Fault) in
            guard let text = arguments.text(0) else { return nil }
            try frame.spend(steps: text.utf8.count)
            try frame.spend(bytes: text.utf8.count)
            guard let bytes = Base64.decode(text) else { throw .invalid("the text is no base64") }
            return .bytes(bytes)
        }
    }
}
