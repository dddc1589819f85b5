import Testing

@testable import FlowSQL

@Suite struct MySQLInsertTests {
    @Test(arguments: [
        ("INSERT INTO t VALUES (?, ?)", "INSERT INTO t VALUES (?, ?), (?, ?)", 2),
        (
            "insert ignore into `a (?` (b) value (?) -- one (", "insert ignore into `a (?` (b) value (?), (?) -- one (",
            1
        ),
        ("REPLACE t VALUES (NOW(), '?)', ?)", "REPLACE t VALUES (NOW(), '?)', ?), (NOW(), '?)', ?)", 1),
        (
            "INSERT INTO t (a) /* ? */ VALUES (?) ON DUPLICATE KEY UPDATE a = VALUES(a)",
            "INSERT INTO t (a) /* ? */ VALUES (?), (?) ON DUPLICATE KEY UPDATE a = VALUES(a)", 1
        ),
    ])
    func oneRowBecomesTwo(sql: String, two: String, width: Int) {
        let insert = MySQLInsert(sql)
        #expect(insert?.text(rows: 2) == two)
        #expect(insert?.width == width)
    }

    @Test(arguments: [
        "UPDATE t SET a = ?", "INSERT INTO t SET a = ?", "INSERT INTO t SELECT ?", "INSERT INTO t VALUES (?), (?)",
        "INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (?, (SELECT MAX(a) FROM t))",
        "INSERT INTO t VALUES (?, LAST_INSERT_ID())", "INSERT INTO t VALUES (@n := @n + 1, ?)",
        "INSERT INTO t VALUES (?) ON DUPLICATE KEY UPDATE a = ?", "INSERT INTO t VALUES (?) RETURNING a",
        "INSERT INTO t VALUES (?); DELETE FROM t", "INSERT /*! INTO t VALUES (?), */ VALUES (?)",
        "INSERT INTO t VALUES (?",
    ])
    func whatWouldMeanSomethingElseIsLeftAsItIs(sql: String) {
        #expect(MySQLInsert(sql) == nil)
    }
}
