import FlowCore
import FlowSpec

extension NodeSpec.Example {
    init(_ params: KeyValuePairs<String, Value>, output: Value? = nil) {
        self.init(params: ValueMap(params.map { ($0.key, $0.value) }), output: output)
    }
}
