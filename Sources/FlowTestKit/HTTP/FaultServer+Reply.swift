package import FlowCore

extension FaultServer {
    /// What the server answers, and what goes wrong on the way.
    package struct Reply: Sendable {
        package enum Body: Sendable {
            case bytes([UInt8])
            /// So many bytes of one value, made while they are sent.
            case repeated(UInt8, count: Int64)
        }

        /// How the bytes of head and body, counted together, are delivered.
        package enum Delivery: Sendable {
            case whole
            /// Only the first so many bytes, then an orderly close.
            case cut(after: Int)
            /// Only the first so many bytes, then a TCP reset.
            case reset(after: Int)
            /// Only the first so many bytes, then silence until the client hangs up.
            case stall(after: Int)
            /// The head at once, then so many bytes of body with a pause after each portion.
            case drip(bytes: Int, pause: Duration)
        }

        package var status: Int
        package var headers: HTTPHeaders
        package var body: Body
        package var delivery: Delivery
        /// Whether the connection ends after the reply.
        package var closes: Bool
        /// The whole reply as it goes over the wire, in place of status, headers and body.
        package var raw: [UInt8]?

        /// A `Content-Length` is added unless `headers` have one, true or not, or a `Transfer-Encoding`.
        package init(
            _ status: Int, headers: [(String, String)] = [], body: Body = .bytes([]), delivery: Delivery = .whole,
            closes: Bool = false
        ) {
            self.status = status
            self.headers = HTTPHeaders(headers)
            self.body = body
            self.delivery = delivery
            self.closes = closes
        }

        package static func json(_ value: Value, status: Int = 200, headers: [(String, String)] = []) -> Reply {
            Reply(status, headers: [("Content-Type", "application/json")] + headers, body: .bytes(JSON.bytes(value)))
        }

        package static func text(_ text: String, status: Int = 200, headers: [(String, String)] = []) -> Reply {
            Reply(
                status, headers: [("Content-Type", "text/plain; charset=utf-8")] + headers,
                body: .bytes(Array(text.utf8)))
        }

        package static func status(_ status: Int, headers: [(String, String)] = []) -> Reply {
            Reply(status, headers: headers)
        }

        package static func redirect(to url: String, status: Int = 302) -> Reply {
            Reply(status, headers: [("Location", url)])
        }

        /// 429, or another status, that asks to wait: seconds or an HTTP date.
        package static func retryAfter(_ text: String, status: Int = 429) -> Reply {
            Reply(status, headers: [("Retry-After", text)])
        }

        /// Says JSON and sends something else.
        package static let invalidJSON = Reply(
            200, headers: [("Content-Type", "application/json")], body: .bytes(Array("{\"ok\": tru".utf8)))

        /// Takes the request and answers nothing until the client hangs up.
        package static let hang = Reply(200, delivery: .stall(after: 0))

        /// Takes the request and closes the connection without a byte.
        package static let hangUp = Reply(200, delivery: .cut(after: 0))

        /// A body of 10 GB; it ends early only because the client hangs up.
        package static let endless = Reply(200, body: .repeated(UInt8(ascii: "x"), count: 10_000_000_000))

        /// These bytes and no others; then the connection ends.
        package static func raw(_ text: String) -> Reply {
            var reply = Reply(200, closes: true)
            reply.raw = Array(text.utf8)
            return reply
        }

        /// The same reply, delivered like that.
        package func delivered(_ delivery: Delivery) -> Reply {
            var reply = self
            reply.delivery = delivery
            return reply
        }
    }
}
