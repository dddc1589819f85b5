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
        percentEncode, percentDecode,
    ]

    private static let percentEncode = Function(
        "url.encode", ["url.encode(string) -> string"],
        "Percent-encodes all but letters, digits and - . _ ~, so that the text is one part of an address.",
        [("url.encode('a b/ü')", "'a%20b%2F%C3%BC'")]
    ) { (arguments, frame) throws(Fault) in
        guard let text = arguments.text(0) else { return nil }
        try frame.spend(steps: text.utf8.count)
        try frame.spend(bytes: text.utf8.count * 3)
        return .string(PercentEncoding.encode(text))
    }

    private static let percentDecode = Function(
        "url.decode", ["url.decode(string) -> string"],
        "The text of a percent-encoded part of an address or a form; + is a space.",
        [("url.decode('a%20b+c')", "'a b c'")]
    ) { (arguments, frame) throws(Fault) in
        guard let text = arguments.text(0) else { return nil }
        try frame.spend(steps: text.utf8.count)
        try frame.spend(bytes: text.utf8.count)
        return .string(PercentEncoding.decode(text, plusIsSpace: true))
    }

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
