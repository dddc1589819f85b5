import FlowCore
import FlowYAML

extension DocumentFile {
    static func yaml(_ name: String, _ bytes: [UInt8]) -> Value? {
        var limits = YAMLLimits()
        // Vendors repeat whole schemas by alias.
        limits.expandedNodes = 10_000_000
        var diagnostics = Diagnostics()
        return YAML.read(SourceText(name: name, bytes: bytes), limits: limits, diagnostics: &diagnostics)?.value
    }
}
