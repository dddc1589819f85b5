/// Keeps a value in a place of its own, which all copies of its holder share until one is changed. For what is large,
/// rarely changed, and held by what is copied often.
///
///     @Indirect var operation: Operation
@propertyWrapper
package struct Indirect<Wrapped: Sendable>: Sendable {
    @usableFromInline
    final class Box: Sendable {
        @usableFromInline let value: Wrapped

        @inlinable
        init(_ value: Wrapped) { self.value = value }
    }

    @usableFromInline var box: Box

    @inlinable @inline(__always)
    package init(wrappedValue: Wrapped) { box = Box(wrappedValue) }

    @inlinable package var wrappedValue: Wrapped {
        @inline(__always) get { box.value }
        @inline(__always) set { box = Box(newValue) }
    }
}
