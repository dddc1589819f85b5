import FlowCore
import FlowStore
import FlowTestKit
import Glibc
import Testing

@Suite struct MigrationTests {
    private let database: Database

    init() throws { database = try Database.open("state.db", mode: .memory) }

    private let first = Migration(1, sql: "CREATE TABLE runs (id TEXT)")
    private let second = Migration(2) { try $0.execute("ALTER TABLE runs ADD COLUMN name TEXT") }

    @Test func eachMigrationRunsOnce() throws {
        try database.migrate([first])
        #expect(try database.formatVersion == 1)
        try database.migrate([first, second])
        try database.migrate([first, second])
        #expect(try database.formatVersion == 2)
        try database.execute("INSERT INTO runs (id, name) VALUES ('a', 'b')")
    }

    @Test func aFailedMigrationLeavesTheOldFormat() throws {
        try database.migrate([first])
        let broken = Migration(2, sql: "ALTER TABLE runs ADD COLUMN name TEXT; CREATE TABLE runs (id)")
        #expect(throws: Failure.self) { try database.migrate([first, broken]) }
        #expect(try database.formatVersion == 1)
        #expect(try database.query("SELECT * FROM pragma_table_info('runs')").count == 1)
    }

    @Test func aNewerFormatIsRefused() throws {
        try database.migrate([first, second])
        let problem = Failure(
            .invalid, "\"state.db\" was made by a newer flowctl: its format is 2, this one knows 1",
            hint: "update flowctl", code: "newer_format")
        #expect(throws: problem) { try database.migrate([first]) }
    }

    @Test func aBackupCanBeKeptBeforeAnOldFileChanges() throws {
        var formats: [Int] = []
        try database.migrate([first]) { formats.append($0) }
        try database.migrate([first, second]) { formats.append($0) }
        try database.migrate([first, second]) { formats.append($0) }
        #expect(formats == [1])
    }

    @Test func migrationsMustBeNumberedFromOne() {
        #expect(throws: Failure(.internal, "the migrations of \"state.db\" are not numbered from 1")) {
            try database.migrate([second])
        }
    }
}

@Suite struct DatabaseFileTests {
    private let folder = TemporaryFolder()

    @Test func aPrivateFileIsMadeForItsOwnerAlone() throws {
        let path = folder.file("a/b/state.db")
        let database = try Database.open(path, privateFile: true)
        try database.execute("CREATE TABLE t (x)")
        #expect(TemporaryFolder.mode(of: path) == 0o600)
        #expect(TemporaryFolder.mode(of: path + "-wal") == 0o600)
        #expect(TemporaryFolder.mode(of: folder.file("a/b")) == 0o700)
        #expect(TemporaryFolder.mode(of: folder.file("a")) == 0o700)
        #expect(try database.query("PRAGMA journal_mode")[0][0] == "wal")
    }

    @Test func anothersFileKeepsItsJournalMode() throws {
        let database = try Database.open(folder.file("theirs.db"))
        try database.execute("CREATE TABLE t (x)")
        #expect(try database.query("PRAGMA journal_mode")[0][0] == "delete")
    }

    @Test func aPrivateFileThatOthersMayReadIsRefused() throws {
        let path = folder.file("it's.db")
        try TemporaryFolder.write("", to: path, mode: 0o640)
        let problem = Failure(
            .permission, "the file \"\(path)\" has mode 0640, which is open to others",
            hint: "run: chmod 600 '\(folder.path)/it'\\''s.db'", code: "open_permissions")
        #expect(throws: problem) { try Database.open(path, privateFile: true) }
    }

    @Test func aPrivateFileInAnOpenFolderIsRefused() throws {
        let inner = folder.file("open")
        mkdir(inner, 0o700)
        chmod(inner, 0o755)
        let problem = Failure(
            .permission, "the folder \"\(inner)\" has mode 0755, which is open to others",
            hint: "run: chmod 700 \(inner)", code: "open_permissions")
        #expect(throws: problem) { try Database.open(inner + "/state.db", privateFile: true) }
        #expect(!PrivateFile.exists(inner + "/state.db"))
    }

    @Test(arguments: [Database.Mode.readOnly, .readWrite])
    func aMissingFileIsSaidToBeMissing(mode: Database.Mode) {
        let path = folder.file("none.db")
        let problem = Failure(
            .notFound, "there is no database \"\(path)\"", hint: "check the path", code: "SQLITE_CANTOPEN")
        #expect(throws: problem) { try Database.open(path, mode: mode).query("SELECT 1") }
    }

    @Test func aFileThatIsNoDatabaseIsNotTouched() throws {
        let path = folder.file("notes.txt")
        try TemporaryFolder.write(String(repeating: "just text\n", count: 100), to: path)
        let problem = Failure(
            .invalid, "\"\(path)\" is not a database", hint: "check the path", code: "SQLITE_NOTADB")
        #expect(throws: problem) { try Database.open(path, privateFile: true) }
        for (purpose, hint) in [
            (
                DatabasePurpose.state,
                "name another file with --state-db, or move it away: a new one knows no earlier run and no limit; "
                    + "credentials are kept elsewhere"
            ), (.responses, "delete it: answers are asked for anew"),
        ] {
            let advised = Failure(.invalid, "\"\(path)\" is not a database", hint: hint, code: "SQLITE_NOTADB")
            #expect(throws: advised) { try Database.open(path, for: purpose, privateFile: true) }
        }
        var info = stat()
        #expect(stat(path, &info) == 0 && info.st_size == 1000)
    }

    @Test func aDamagedDatabaseIsSaidToBeDamaged() throws {
        let path = folder.file("damaged.db")
        do {
            let database = try Database.open(path)
            try database.executeScript("CREATE TABLE t (x); INSERT INTO t SELECT hex(randomblob(20000));")
        }
        let descriptor = open(path, O_RDWR)
        _ = pwrite(descriptor, [UInt8](repeating: 0xEE, count: 4096), 4096, 4096)
        close(descriptor)
        let problem = Failure(
            .invalid, "the database \"\(path)\" is damaged", hint: "restore it from a backup", code: "SQLITE_CORRUPT")
        #expect(throws: problem) { try Database.open(path).query("SELECT * FROM t") }
        let advised = Failure(
            .invalid, "the database \"\(path)\" is damaged",
            hint: "restore it from a backup, or move it away: a new one knows no earlier run and no limit; credentials "
                + "are kept elsewhere", code: "SQLITE_CORRUPT")
        #expect(throws: advised) { try Database.open(path, for: .state).query("SELECT * FROM t") }
    }

    @Test func aReadOnlyConnectionWritesNothing() throws {
        let path = folder.file("read.db")
        try Database.open(path).execute("CREATE TABLE t (x)")
        let database = try Database.open(path, mode: .readOnly)
        let problem = Failure(
            .invalid, "the statement would change the database \"\(path)\", which is open for reading only",
            hint: "use sqlite.execute for what changes data", code: "SQLITE_READONLY")
        #expect(throws: problem) { try database.execute("INSERT INTO t VALUES (1)") }
        #expect(try database.transaction { try database.query("SELECT count(*) FROM t")[0][0] } == 0)
    }

    @Test func connectionsThatMakeTheSameFileAtOnceAllOpenIt() async throws {
        let path = folder.file("new/state.db")
        let migration = Migration(1, sql: "CREATE TABLE t (x)")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let database = try Database.open(path, privateFile: true)
                    try database.migrate([migration])
                    try database.execute("INSERT INTO t VALUES (1)")
                }
            }
            try await group.waitForAll()
        }
        #expect(try Database.open(path, mode: .readOnly).query("SELECT count(*) FROM t")[0][0] == 8)
    }

    @Test func namesThatSQLiteReadsSpeciallyArePaths() throws {
        let database = try Database.open(folder.file("file:x?mode=memory"))
        try database.execute("CREATE TABLE t (x)")
        #expect(PrivateFile.exists(folder.file("file:x?mode=memory")))
    }
}
