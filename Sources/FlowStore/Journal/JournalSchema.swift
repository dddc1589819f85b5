/// The format of `state.db`. Migrations are never edited, only added.
///
/// Times are microseconds since 1970, so that a run of a few milliseconds has a length. Values are ``StoredValue``
/// text; one over its limit lies in a file and is named by the text (``RunFiles``). Up to format 2 it stood in
/// `outputs`, named by `…_ref`. Steps are found by their path within the run; what there may be a million of (items,
/// attempts) hangs on the step's number.
enum JournalSchema {
    static let migrations = [
        Migration(1, sql: first), Migration(2, sql: shared), Migration(3, sql: kept), Migration(4, sql: calls),
        Migration(5, sql: claims), Migration(6, sql: next), Migration(7, sql: labels),
    ]

    /// What runs are found by, beside their workflow.
    private static let labels = """
        CREATE TABLE labels (
            run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            name TEXT NOT NULL,
            value TEXT NOT NULL,
            PRIMARY KEY (run, name)
        ) WITHOUT ROWID;
        CREATE INDEX labels_by_value ON labels (name, value, run);
        """

    /// The path of the step whose intent the row is, too (``NextIntent``).
    private static let next = "ALTER TABLE attempts ADD COLUMN next TEXT"

    /// Places of runs in their groups, from when they come until they have ended.
    private static let claims = """
        CREATE TABLE claims (
            number INTEGER PRIMARY KEY,
            run INTEGER NOT NULL UNIQUE REFERENCES runs ON DELETE CASCADE,
            name TEXT NOT NULL,
            capacity INTEGER NOT NULL,
            stopped_by TEXT
        );
        CREATE INDEX claims_by_name ON claims (name, number);
        """

    /// Steps of a called workflow stand in `steps` below the path of the step that calls it.
    private static let calls = """
        CREATE TABLE calls (
            run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            path TEXT NOT NULL,
            workflow TEXT NOT NULL,
            file TEXT NOT NULL,
            status TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            handlers_attempt INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            inputs TEXT,
            vars TEXT,
            outputs TEXT,
            error TEXT,
            failed_step TEXT,
            PRIMARY KEY (run, path)
        ) WITHOUT ROWID;

        CREATE TABLE called_files (
            run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            name TEXT NOT NULL,
            source BLOB NOT NULL,
            PRIMARY KEY (run, name)
        ) WITHOUT ROWID;
        """

    /// Which run names which file, when what is done now and then was done last, and which runs came from elsewhere.
    private static let kept = """
        CREATE TABLE files (
            run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            name TEXT NOT NULL,
            PRIMARY KEY (run, name)
        ) WITHOUT ROWID;
        CREATE INDEX files_by_name ON files (name);
        CREATE TABLE upkeep (
            task TEXT PRIMARY KEY,
            done_at INTEGER NOT NULL
        ) WITHOUT ROWID;
        ALTER TABLE runs ADD COLUMN imported_at INTEGER;
        """

    private static let shared = """
        CREATE TABLE shared (
            kind TEXT NOT NULL,
            key TEXT NOT NULL,
            value TEXT NOT NULL,
            expires_at INTEGER NOT NULL,
            PRIMARY KEY (kind, key)
        ) WITHOUT ROWID;
        """

    private static let first = """
        CREATE TABLE runs (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            workflow TEXT NOT NULL,
            file TEXT NOT NULL,
            trigger_kind TEXT NOT NULL,
            status TEXT NOT NULL,
            attempt INTEGER NOT NULL DEFAULT 1,
            handlers_attempt INTEGER NOT NULL DEFAULT 1,
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            outputs TEXT,
            outputs_ref INTEGER,
            error TEXT,
            failed_step TEXT,
            pid INTEGER,
            pid_started INTEGER,
            boot TEXT,
            heartbeat INTEGER
        );
        CREATE INDEX runs_by_workflow ON runs (workflow, number);
        CREATE INDEX runs_by_status ON runs (status, number);

        CREATE TABLE snapshots (
            run INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
            source BLOB NOT NULL,
            inputs TEXT NOT NULL,
            vars TEXT NOT NULL,
            event TEXT NOT NULL,
            connectors TEXT NOT NULL,
            working_directory TEXT NOT NULL,
            base_url TEXT,
            version TEXT NOT NULL
        );

        CREATE TABLE steps (
            number INTEGER PRIMARY KEY,
            run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            path TEXT NOT NULL,
            node TEXT,
            status TEXT NOT NULL,
            started_at INTEGER,
            ended_at INTEGER,
            attempts INTEGER NOT NULL DEFAULT 0,
            output TEXT,
            output_ref INTEGER,
            error TEXT,
            handled INTEGER NOT NULL DEFAULT 0,
            note TEXT,
            UNIQUE (run, path)
        );

        CREATE TABLE attempts (
            step INTEGER NOT NULL REFERENCES steps ON DELETE CASCADE,
            item INTEGER NOT NULL,
            number INTEGER NOT NULL,
            effect TEXT NOT NULL,
            key TEXT,
            key_valid_until INTEGER,
            status TEXT NOT NULL,
            nothing_sent INTEGER NOT NULL DEFAULT 0,
            error TEXT,
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            PRIMARY KEY (step, item, number)
        ) WITHOUT ROWID;

        CREATE TABLE items (
            step INTEGER NOT NULL REFERENCES steps ON DELETE CASCADE,
            position INTEGER NOT NULL,
            key TEXT NOT NULL,
            status TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            output TEXT,
            output_ref INTEGER,
            error TEXT,
            ended_at INTEGER,
            PRIMARY KEY (step, position)
        ) WITHOUT ROWID;

        CREATE TABLE outputs (
            number INTEGER PRIMARY KEY,
            run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            value TEXT NOT NULL
        );
        CREATE INDEX outputs_by_run ON outputs (run);

        CREATE TABLE checkpoints (
            step INTEGER NOT NULL REFERENCES steps ON DELETE CASCADE,
            item INTEGER NOT NULL,
            name TEXT NOT NULL,
            value TEXT,
            value_ref INTEGER,
            PRIMARY KEY (step, item, name)
        ) WITHOUT ROWID;

        CREATE TABLE logs (
            number INTEGER PRIMARY KEY,
            run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            path TEXT NOT NULL,
            item INTEGER,
            at INTEGER NOT NULL,
            level TEXT NOT NULL,
            message TEXT NOT NULL
        );
        CREATE INDEX logs_by_run ON logs (run, number);
        """
}
