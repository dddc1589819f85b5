import FlowCore
import FlowStore

/// The tables of a vault.
///
/// `last_used_at` stays null: it is kept in the state database, so that reading a credential writes nothing here.
enum VaultSchema {
    static let migrations = [
        Migration(
            1,
            sql: """
                CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;

                CREATE TABLE key_slots (
                    id TEXT PRIMARY KEY, kind TEXT NOT NULL, label TEXT NOT NULL, salt BLOB NOT NULL,
                    scrypt_n INTEGER, scrypt_r INTEGER, scrypt_p INTEGER, wrapped_key BLOB NOT NULL,
                    created_at TEXT NOT NULL
                ) STRICT;

                CREATE TABLE credentials (
                    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, type TEXT NOT NULL, service TEXT,
                    encrypted_data BLOB NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL,
                    last_used_at TEXT, is_valid INTEGER NOT NULL DEFAULT 1, origins TEXT, workflows TEXT,
                    environment_variable TEXT NOT NULL UNIQUE, version INTEGER NOT NULL
                ) STRICT;

                CREATE TABLE oauth_tokens (
                    credential_id TEXT PRIMARY KEY REFERENCES credentials (id) ON DELETE CASCADE,
                    encrypted_access_token BLOB NOT NULL, encrypted_refresh_token BLOB, expires_at TEXT, scopes TEXT,
                    version INTEGER NOT NULL
                ) STRICT;
                """)
    ]

    /// Brings a vault to the newest format. The one of before is kept beside it, as `vault.db.format-1.bak`.
    ///
    /// - Parameter migrations: others than ``migrations`` in tests only.
    static func update(
        _ database: Database, to migrations: [Migration] = migrations, keepsOldFormat: Bool = true
    ) throws(Failure) {
        try database.migrate(migrations) { format in
            let kept = "\(database.path).format-\(format).bak"
            // There from another process that does the same.
            if keepsOldFormat, !PrivateFile.exists(kept) { try database.copy(to: kept, replacing: true) }
        }
    }
}
