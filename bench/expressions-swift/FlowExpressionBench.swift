import FlowCore
import FlowExpression
import Glibc

/// One expression again and again by flowctl's evaluator, for comparison with `bench/expressions/peers.py`.
///
/// usage: flow-expression-bench DATA EXPRESSION; prints evaluations a second and the peak of resident memory in KiB.
/// Reading the data and compiling the expression is done before, and not counted.
@main struct FlowExpressionBench {
    static func main() throws {
        let words = CommandLine.arguments
        guard words.count == 3, let file = fopen(words[1], "r") else {
            print("usage: flow-expression-bench DATA EXPRESSION")
            exit(64)
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 {
            bytes.append(contentsOf: buffer[..<count])
        }
        guard case .map(let variables) = try JSON.parse(bytes) else { exit(65) }
        let scope = EvaluationScope(variables)
        let expression = try Expression.compile(words[2])

        let clock = ContinuousClock()
        let start = clock.now
        var (count, batch) = (0, 1)
        var passed = 0.0
        while passed < 2 {
            for _ in 0..<batch { _ = try expression.evaluate(scope) }
            count += batch
            passed = (clock.now - start).inSeconds
            if passed < 0.5 { batch = min(batch * 2, 1000) }
        }
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        print("\(Double(count) / passed) \(usage.ru_maxrss)")
    }
}
