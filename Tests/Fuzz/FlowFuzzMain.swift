import FlowFuzz
import Glibc

/// Runs cases of the fuzz target one after another; `scripts/fuzz` calls it and narrows down what went wrong.
///
/// usage: flow-fuzz SEED FIRST COUNT; a single case is shown before it is run. The exit code is 1 for a broken promise.
@main struct FlowFuzzMain {
    static func main() {
        let numbers = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
        guard numbers.count == 3 else {
            print("usage: flow-fuzz SEED FIRST COUNT")
            exit(64)
        }
        let (seed, first, count) = (numbers[0], numbers[1], numbers[2])
        if count == 1 {
            let (kind, bytes) = Fuzz.input(seed: seed, number: first)
            print("\(kind.rawValue): \(String(decoding: bytes, as: UTF8.self))")
            fflush(nil)
        }
        for number in first..<first &+ count {
            do throws(Fuzz.Finding) {
                try Fuzz.run(seed: seed, number: number)
            } catch {
                print("case \(number): \(error)")
                exit(1)
            }
        }
    }
}
