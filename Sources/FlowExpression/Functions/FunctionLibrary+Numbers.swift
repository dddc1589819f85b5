import FlowCore

extension FunctionLibrary {
    static let numbers: [Function] = [
        Function(
            "math.greatest", ["math.greatest(number, ...) -> number", "math.greatest(list) -> number"],
            "The greatest of some numbers.", [("math.greatest(1, 2.5)", "2.5"), ("math.greatest([1, 3])", "3")]
        ) { (arguments, _) throws(Fault) in try extreme(arguments, wanted: .greater) },
        Function(
            "math.least", ["math.least(number, ...) -> number", "math.least(list) -> number"],
            "The least of some numbers.", [("math.least(1, 2.5)", "1")]
        ) { (arguments, _) throws(Fault) in try extreme(arguments, wanted: .less) },
        rounding("math.ceil", "The next whole double above.", ("math.ceil(1.2)", "2.0"), .up),
        rounding("math.floor", "The next whole double below.", ("math.floor(1.8)", "1.0"), .down),
        rounding(
            "math.round", "The nearest whole double, halves away from zero.", ("math.round(1.5)", "2.0"),
            .toNearestOrAwayFromZero),
        rounding("math.trunc", "Without its fraction.", ("math.trunc(-1.8)", "-1.0"), .towardZero),
        Function(
            "math.abs", ["math.abs(int) -> int", "math.abs(uint) -> uint", "math.abs(double) -> double"],
            "Without its sign.", [("math.abs(-11)", "11")]
        ) { (arguments, _) throws(Fault) in
            switch arguments[0] {
            case .int(let number):
                guard number != .min else { throw Arithmetic.overflow("math.abs") }
                return .int(abs(number))
            case .uint: return arguments[0]
            case .double(let number): return .double(number.magnitude)
            default: return nil
            }
        },
        Function(
            "math.sign", ["math.sign(int) -> int", "math.sign(uint) -> uint", "math.sign(double) -> double"],
            "-1, 0 or 1 by the sign.", [("math.sign(-32.0)", "-1.0")]
        ) { (arguments, _) in
            switch arguments[0] {
            case .int(let number): .int(number.signum())
            case .uint(let number): .uint(number == 0 ? 0 : 1)
            case .double(let number): .double(number > 0 ? 1 : number < 0 ? -1 : number)
            default: nil
            }
        },
        question("math.isNaN", "Whether it is not a number.", ("math.isNaN(0.0 / 0.0)", "true")) { $0.isNaN },
        question("math.isInf", "Whether it is infinite.", ("math.isInf(1.0 / 0.0)", "true")) { $0.isInfinite },
        question("math.isFinite", "Whether it is a finite number.", ("math.isFinite(1.5)", "true")) { $0.isFinite },
        Function("math.sqrt", ["math.sqrt(number) -> double"], "The square root.", [("math.sqrt(9)", "3.0")]) {
            (arguments, _) in arguments[0].doubleValue.map { .double($0.squareRoot()) }
        },
        bits("math.bitAnd", "The bits that both have.", ("math.bitAnd(6, 3)", "2"), { $0 & $1 }, { $0 & $1 }),
        bits("math.bitOr", "The bits that one of them has.", ("math.bitOr(4, 3)", "7"), { $0 | $1 }, { $0 | $1 }),
        bits(
            "math.bitXor", "The bits that only one of them has.", ("math.bitXor(6, 3)", "5"), { $0 ^ $1 },
            { $0 ^ $1 }),
        Function(
            "math.bitNot", ["math.bitNot(int) -> int", "math.bitNot(uint) -> uint"], "Every bit turned over.",
            [("math.bitNot(1)", "-2")]
        ) { (arguments, _) in
            switch arguments[0] {
            case .int(let number): .int(~number)
            case .uint(let number): .uint(~number)
            default: nil
            }
        },
        shift("math.bitShiftLeft", "The bits moved up.", ("math.bitShiftLeft(1, 2)", "4")) { $0 << UInt64($1) },
        shift("math.bitShiftRight", "The bits moved down, zeros behind them.", ("math.bitShiftRight(1024, 2)", "256")) {
            $0 >> UInt64($1)
        },
    ]

    private static func extreme(_ arguments: Arguments, wanted: Comparison.Order) throws(Fault) -> Value? {
        let values = arguments.count == 1 ? arguments.list(0) ?? arguments.values : arguments.values
        guard var best = values.first else { throw .invalid("the greatest or least of no numbers") }
        for value in values {
            guard Numeric(value) != nil else { return nil }
            if Comparison.order(value, best) == wanted { best = value }
        }
        return best
    }

    private static func rounding(
        _ name: String, _ summary: String, _ example: (String, String), _ rule: FloatingPointRoundingRule
    ) -> Function {
        Function(name, ["\(name)(double) -> double"], summary, [example]) { (arguments, _) in
            arguments.double(0).map { .double($0.rounded(rule)) }
        }
    }

    private static func question(
        _ name: String, _ summary: String, _ example: (String, String), _ answer: @escaping @Sendable (Double) -> Bool
    ) -> Function {
        Function(name, ["\(name)(double) -> bool"], summary, [example]) { (arguments, _) in
            arguments.double(0).map { .bool(answer($0)) }
        }
    }

    private static func bits(
        _ name: String, _ summary: String, _ example: (String, String),
        _ signed: @escaping @Sendable (Int64, Int64) -> Int64,
        _ unsigned: @escaping @Sendable (UInt64, UInt64) -> UInt64
    ) -> Function {
        Function(name, ["\(name)(int, int) -> int", "\(name)(uint, uint) -> uint"], summary, [example]) {
            (arguments, _) in
            switch (arguments[0], arguments[1]) {
            case (.int(let a), .int(let b)): .int(signed(a, b))
            case (.uint(let a), .uint(let b)): .uint(unsigned(a, b))
            default: nil
            }
        }
    }

    private static func shift(
        _ name: String, _ summary: String, _ example: (String, String),
        _ move: @escaping @Sendable (UInt64, Int) -> UInt64
    ) -> Function {
        Function(name, ["\(name)(int, int) -> int", "\(name)(uint, int) -> uint"], summary, [example]) {
            (arguments, _) throws(Fault) in
            guard let count = arguments.int(1) else { return nil }
            guard count >= 0 else { throw .invalid("\(name) can't move by a negative number of bits") }
            switch arguments[0] {
            case .int(let number):
                return .int(count > 63 ? 0 : Int64(bitPattern: move(UInt64(bitPattern: number), count)))
            case .uint(let number): return .uint(count > 63 ? 0 : move(number, count))
            default: return nil
            }
        }
    }
}
