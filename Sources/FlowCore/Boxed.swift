/// Keeps an optional value in a place of its own, so that its holder grows by a pointer only. For what is large and
/// seldom there.
///
///     @Boxed package var failure: Failure?
@propertyWrapper
package struct Boxed<Wrapped: Sendable>: Sendable {
    private final class Box: Sendable {
        let value: Wrapped
        init(_ value: Wrapped) { self.value = value }
    }

    private var box: Box?

    package init(wrappedValue: Wrapped?) { box = wrappedValue.map(Box.init) }

    package var wrappedValue: Wrapped? {
        get { box?.value }
        set { box = newValue.map(Box.init) }
    }
}
