/// Keeps an optional value in a place of its own, so that its holder grows by a pointer only. For what is large and
/// seldom there.
///
///     @Boxed package var failure: Failure?
@propertyWrapper
package struct Boxed<Wrapped: Sendable>: Sendable {
    @usableFromInline
    final class Box: Sendable {
        @usableFromInline let value: Wrapped

        @inlinable
        init(_ value: Wrapped) { self.value = value }
    }

    @usableFromInline var box: Box?

    @inlinable @inline(__always)
    package init(wrappedValue: Wrapped?) {
        if let wrappedValue { box = Box(wrappedValue) } else { box = nil }
    }

    @inlinable package var wrappedValue: Wrapped? {
        @inline(__always) get { box?.value }
        @inline(__always) set { if let newValue { box = Box(newValue) } else { box = nil } }
    }
}

extension Boxed: Equatable where Wrapped: Equatable {
    package static func == (left: Boxed, right: Boxed) -> Bool { left.wrappedValue == right.wrappedValue }
}

extension Boxed: Hashable where Wrapped: Hashable {
    package func hash(into hasher: inout Hasher) { hasher.combine(wrappedValue) }
}
