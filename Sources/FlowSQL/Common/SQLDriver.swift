import FlowCore

/// A kind of database server: how one is reached, and how its SQL is written. All calls may block; they are made on
/// threads that are for that.
protocol SQLDriver: Sendable {
    associatedtype Connection: SQLConnection

    /// The group of its nodes and the type of its credentials: `postgres`.
    static var name: String { get }
    /// As people write it: `PostgreSQL`.
    static var title: String { get }
    static var dialect: SQLDialect { get }
    static var catalog: SQLCatalog { get }
    /// How ``SQLConnection/load(into:columns:isAsQueried:next:)`` differs from inserting row by row, as a sentence for people.
    static var loadingNote: String { get }
    /// Which statements ``SQLConnection/limitStatements(to:)`` bounds, as a sentence to go on with; empty where it is all.
    static var limitNote: String { get }
    /// Which statements end the transaction that they are in, in brackets; empty where none do.
    static var implicitCommits: String { get }
    /// What the fields of its credentials may hold beside each other; ``SQLAccount`` reads them.
    static var account: SQLAccount.Form { get }

    /// Opens a connection and logs in.
    ///
    /// - Parameter stop: fires when nobody wants it any more; opening ends soon after.
    /// - Throws: a `Failure`: `auth`, `tls`, `not_found`, or `network` with ``Failure/nothingSent`` where the server may
    ///   be there later.
    static func open(_ account: SQLAccount, stop: StopPipe) throws -> Connection
}

/// A connection to a server, used by one thread at a time; only ``cancel()`` may be called by any.
///
/// Failures say what happened to the statement: where the server refused it, or ended it before its end, their kind is
/// that of the reason and the statement has had no effect. Where the connection broke while it was under way, the kind
/// is `network`, with ``Failure/nothingSent`` where the server can't have had it; the caller knows whether the statement
/// was one that changes something.
protocol SQLConnection: AnyObject, Sendable {
    /// Runs one statement to its end.
    ///
    /// Where the server says beforehand what rows it will give, and they can't be taken, the statement isn't run. What is
    /// found wrong before it is run has ``Failure/nothingSent``, at least where it may commit by itself.
    ///
    /// - Parameter row: called for each row as it comes; what it throws ends the statement and is thrown.
    /// - Returns: how many rows it inserted, updated or deleted.
    func run(_ statement: SQLStatement, row: (ValueMap) throws -> Void) throws -> Int

    /// Runs one statement once for each list of values, in the quickest way that means the same.
    ///
    /// - Parameter next: gives the values for the next time; nil at the end.
    /// - Returns: how many rows were changed, all in all.
    func runMany(_ sql: String, next: () throws -> [Value]?) throws -> Int

    /// Puts rows into a table in the quickest way there is.
    ///
    /// - Parameters:
    ///   - columns: in the order of the values.
    ///   - isAsQueried: whether a text for a column of JSON is a string, as a query gives it, and not JSON itself.
    ///   - next: gives the next row; nil at the end.
    /// - Returns: how many rows were inserted.
    func load(
        into table: SQLName, columns: [String], isAsQueried: Bool, next: () throws -> [Value]?
    ) throws -> Int

    /// Where it is for reading only, nothing is changed until the next ``reset()``, also by what ends the transaction.
    /// In the place of one that a statement has ended, another one begins.
    func begin(readOnly: Bool) throws
    /// A connection that breaks in here leaves open whether it happened: `network` without ``Failure/nothingSent``.
    func commit() throws
    func rollback() throws
    /// Rolls back where that is possible, after something went wrong in a transaction for writing.
    ///
    /// - Returns: what of it stays nonetheless, as far as is known; nil is nothing.
    func undo() -> SQLRemains?
    /// Whether a statement of the transaction has ended it.
    var hasEndedTransaction: Bool { get }

    /// Bounds what each statement after it may take, by the server's own clock; nil is no bound.
    func limitStatements(to duration: Duration?) throws

    /// Has the server end what it does for this connection, and refuses what comes after. From any thread; returns at
    /// once.
    func cancel()

    /// Brings it back to what it was when it was opened. Called after every use.
    ///
    /// - Returns: whether it can be used again: no for one that is broken, or was cancelled.
    func reset() -> Bool

    /// Whether a statement was given up before the server had said what became of it. It is of no use afterwards.
    var isSpent: Bool { get }

    /// Whether it is known to be closed from the other side, at a look at the socket without asking the server.
    func isBroken() -> Bool

    /// Whether the server still answers.
    func isAlive() -> Bool

    /// Says goodbye, where that is possible, and frees it.
    func close()

    /// Who is logged in, where: `server`, `version`, `database`, `user`, `tls` (`null` or such as `TLSv1.3`).
    func describe() throws -> ValueMap
}
