import CMariaDB
import FlowCore

extension MySQLFailure {
    /// A statement took longer than `max_execution_time`; of MySQL alone.
    private static let executionTime: Int32 = 3024
    /// A row is against a check; of MySQL alone.
    private static let check: Int32 = 3819

    private static let nameHint = "check the name; what tables there are shows mysql.list_tables"
    private static let crowdHint = "try again later, let fewer connections be open, or raise the server's limit"
    private static let timeHint = "make it quicker, or allow more with statement_timeout"
    private static let conflictHint = "another transaction was in the way; the whole of this one can be repeated"
    private static let dateHint =
        "write a date and time as 2030-01-31 09:00:00 in UTC, or bind a timestamp: ${{ timestamp(text) }}"
    static let typeHint = "give a value of the column's type"
    private static let grantHint = "grant it to the account, or use another credential"

    /// What is done about a number: the kind of the failure, and what the user can do.
    static let meanings: [Int32: (FailureKind, String?)] = [
        ER_PARSE_ERROR: (.invalid, "correct the statement; one at a time can be run"),
        ER_EMPTY_QUERY: (.invalid, "write a statement"),
        ER_NO_SUCH_TABLE: (.notFound, nameHint),
        ER_BAD_TABLE_ERROR: (.notFound, nameHint),
        ER_BAD_DB_ERROR: (.notFound, "check the name of the database"),
        ER_BAD_FIELD_ERROR: (.invalid, "check the name; the columns of a table shows mysql.describe_table"),
        ER_SP_DOES_NOT_EXIST: (.notFound, "check the name of the procedure or function"),
        ER_TABLEACCESS_DENIED_ERROR: (.permission, grantHint),
        ER_COLUMNACCESS_DENIED_ERROR: (.permission, grantHint),
        ER_DBACCESS_DENIED_ERROR: (.permission, grantHint),
        ER_SPECIFIC_ACCESS_DENIED_ERROR: (.permission, grantHint),
        ER_PROCACCESS_DENIED_ERROR: (.permission, grantHint),
        ER_OPTION_PREVENTS_STATEMENT: (.permission, "the server is read-only: use its primary"),
        ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: (
            .permission, "use mysql.execute, and a credential without read_only"
        ),
        ER_TABLE_EXISTS_ERROR: (.conflict, "use CREATE TABLE IF NOT EXISTS, or another name"),
        ER_DUP_ENTRY: (.conflict, "a row with this key is there; ON DUPLICATE KEY UPDATE changes it instead"),
        ER_DUP_ENTRY_WITH_KEY_NAME: (
            .conflict, "a row with this key is there; ON DUPLICATE KEY UPDATE changes it instead"
        ),
        ER_NO_REFERENCED_ROW_2: (.conflict, "insert the row that it refers to first"),
        ER_ROW_IS_REFERENCED_2: (.conflict, "delete the rows that refer to it first"),
        ER_BAD_NULL_ERROR: (.invalid, "give the column a value"),
        ER_NO_DEFAULT_FOR_FIELD: (.invalid, "give the column a value"),
        ER_DATA_TOO_LONG: (.invalid, "shorten the value, or widen the column"),
        ER_WARN_DATA_OUT_OF_RANGE: (.invalid, "give a value that fits the column, or widen it"),
        ER_TRUNCATED_WRONG_VALUE: (.invalid, dateHint),
        ER_TRUNCATED_WRONG_VALUE_FOR_FIELD: (.invalid, typeHint),
        ER_CONSTRAINT_FAILED: (.invalid, "the row is against a check of the table"),
        check: (.invalid, "the row is against a check of the table"),
        ER_NET_PACKET_TOO_LARGE: (.invalid, "raise max_allowed_packet on the server, or send less at once"),
        ER_LOCK_DEADLOCK: (.transient, conflictHint),
        ER_LOCK_WAIT_TIMEOUT: (.transient, conflictHint),
        ER_CHECKREAD: (.transient, conflictHint),
        ER_CON_COUNT_ERROR: (.transient, crowdHint),
        ER_TOO_MANY_USER_CONNECTIONS: (.transient, crowdHint),
        ER_USER_LIMIT_REACHED: (.transient, crowdHint),
        ER_OUT_OF_RESOURCES: (.transient, crowdHint),
        ER_SERVER_SHUTDOWN: (.transient, "the server shuts down: try again when it is back"),
        ER_CONNECTION_KILLED: (.transient, "somebody ended the connection on the server"),
        ER_QUERY_INTERRUPTED: (.transient, "somebody ended the statement on the server"),
        ER_HOST_IS_BLOCKED: (.permission, "have the server's administrator run FLUSH HOSTS"),
        ER_HOST_NOT_PRIVILEGED: (.permission, "let the account come from this machine"),
        ER_STATEMENT_TIMEOUT: (.timeout, timeHint),
        executionTime: (.timeout, timeHint),
        ER_MUST_CHANGE_PASSWORD: (.auth, "the password has ended: set a new one on the server"),
        ER_MUST_CHANGE_PASSWORD_LOGIN: (.auth, "the password has ended: set a new one on the server"),
        ER_ACCOUNT_HAS_BEEN_LOCKED: (.auth, "unlock the account on the server"),
    ]
}
