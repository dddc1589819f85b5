import CMariaDB
import FlowCore

/// Servers of MySQL and MariaDB, through MariaDB's client library.
enum MySQL: SQLDriver {
    static let name = "mysql"
    static let title = "MySQL"
    static let dialect = SQLDialect.mySQL

    static let loadingNote = """
        INSERT with some hundred rows each, which takes a text for a column of bytes as base64, and a time with its \
        offset, as a query writes them to a file.
        """

    static let limitNote = " MySQL bounds only what reads by it, MariaDB everything."

    static let implicitCommits = " (DDL, or COMMIT in a procedure)"

    static let account = SQLAccount.Form(
        schemes: ["mysql", "mariadb"], port: 3306,
        parameters: [
            "ssl-mode": "tls", "sslmode": "tls", "ssl-ca": "ca_file", "ssl-cert": "client_cert",
            "ssl-key": "client_key", "connect_timeout": "connect_timeout",
        ],
        protections: [
            "VERIFY_IDENTITY": .verify, "VERIFY_CA": .verifyAuthority, "REQUIRED": .insecureNoVerify,
            "DISABLED": .insecureOff,
        ])

    static let catalog = SQLCatalog(
        tables: """
            SELECT found.table_schema AS `schema`, found.table_name AS name,
                CASE found.table_type WHEN 'BASE TABLE' THEN 'table' ELSE LOWER(found.table_type) END AS kind
            FROM information_schema.tables AS found JOIN (SELECT ? AS name) AS given
                ON found.table_schema = given.name OR given.name IS NULL AND found.table_schema NOT IN
                    ('information_schema', 'mysql', 'performance_schema', 'sys')
            ORDER BY found.table_schema, found.table_name
            """,
        columns: """
            SELECT found.column_name AS name, found.column_type AS type,
                JSON_EXTRACT(IF(found.is_nullable = 'YES', 'true', 'false'), '$') AS nullable,
                found.column_default AS `default`, member.ordinal_position AS `key`
            FROM (SELECT ? AS place, ? AS name) AS given
            JOIN information_schema.columns AS found
                ON found.table_schema = COALESCE(given.place, DATABASE()) AND found.table_name = given.name
            LEFT JOIN information_schema.key_column_usage AS member
                ON member.table_schema = found.table_schema AND member.table_name = found.table_name
                    AND member.column_name = found.column_name AND member.constraint_name = 'PRIMARY'
            ORDER BY found.ordinal_position
            """,
        uniqueColumns: """
            SELECT found.index_name AS `index`, found.column_name AS `column`
            FROM (SELECT ? AS place, ? AS name) AS given
            JOIN information_schema.statistics AS found
                ON found.table_schema = COALESCE(given.place, DATABASE()) AND found.table_name = given.name
            WHERE found.non_unique = 0
            """)

    static func open(_ account: SQLAccount, stop: StopPipe) throws -> MySQLConnection {
        try MySQLLibrary.require()
        return try MySQLConnection(account, MySQLLogin(account).open(stop: stop))
    }
}
