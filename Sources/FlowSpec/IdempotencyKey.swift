/// What a key that a step gives may be: it goes into a header as it is.
package enum IdempotencyKey {
    /// What each may be, for messages.
    package static let form = "1 to 255 letters, digits and signs of ASCII"
    package static let hint = "make it of an id, as in order-${{ inputs.order }}"

    package static func isValid(_ text: String) -> Bool { !text.isEmpty && mayHold(text) }

    /// Whether it may be a part of one.
    package static func mayHold(_ text: String) -> Bool {
        text.utf8.count <= 255 && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
