/// Keeps an optional value in a place of its own, so that its holder grows by a pointer only. For what is large and
/// seldom there.
///
///     @Boxed package var failure: Failure?
@propertyWrapper
package struct Boxed<Wrapped: Sendable>: Sendable {
    @usableFromInline var content: Indirect<Wrapped>?

    @inlinable @inline(__always)
    package init(wrappedValue: Wrapped?) {
        if let wrappedValue { content = Indirect(wrappedValue: wrappedValue) } else { content = nil }
    }

    @inlinable package var wrappedValue: Wrapped? {
        @inline(__always) get { content?.wrappedValue }
        @inline(__always) set { self = Boxed(wrappedValue: newValue) }
    }
}

extension Boxed: Equatable where Wrapped: Equatable {
    package static func == (left: Boxed, right: Boxed) -> Bool { left.wrappedValue == right.wrappedValue }
}

extension Boxed: Hashable where Wrapped: Hashable {
    package func hash(into hasher: inout Hasher) { hasher.combine(wrappedValue) }
}
