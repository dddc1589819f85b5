import FlowCore

/// PostgreSQL, by libpq.
enum PostgreSQL: SQLDriver {
    static let name = "postgres"
    static let title = "PostgreSQL"
    static let dialect = SQLDialect.postgreSQL

    static let loadingNote = """
        COPY, which passes over rules, and takes a text for a column of bytes as base64, as a query writes it to a file.
        """

    static let limitNote = ""

    static let implicitCommits = ""

    static let account = SQLAccount.Form(
        schemes: ["postgresql", "postgres"], port: 5432,
        parameters: [
            "host": "host", "port": "port", "dbname": "database", "user": "username", "password": "password",
            "sslmode": "tls", "sslrootcert": "ca_file", "sslcert": "client_cert", "sslkey": "client_key",
            "connect_timeout": "connect_timeout",
        ],
        // What protects less is only had by the names that say so.
        protections: ["verify-full": .verify])

    static let catalog = SQLCatalog(
        tables: """
            SELECT n.nspname AS schema, c.relname AS name,
                CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table'
                    ELSE 'table' END AS kind
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
                AND n.nspname = coalesce($1::text, n.nspname)
                AND ($1::text IS NOT NULL OR n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%')
            ORDER BY 1, 2
            """,
        columns: """
            SELECT a.attname AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
                NOT a.attnotnull AS nullable, pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS default,
                pg_catalog.array_position(i.indkey::int2[], a.attnum) + 1 AS key
            FROM pg_catalog.pg_attribute a
                JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
                JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
            WHERE c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped
                AND CASE WHEN $1::text IS NULL THEN pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname = $1 END
            ORDER BY a.attnum
            """)

    static func open(_ account: SQLAccount, stop: StopPipe) throws -> PostgreSQLConnection {
        try PostgreSQLLibrary.require()
        return try PostgreSQLConnection(account, stop: stop)
    }
}
