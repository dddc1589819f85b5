import CPostgreSQL

/// The types whose values are more than a text here; by the numbers that the server gives them in every database
/// (`pg_type.dat` of PostgreSQL's sources).
enum PostgreSQLType {
    case bool, int, float, json, bytes, timestamp
    indirect case array(of: PostgreSQLType?)

    /// nil for what is a text as the server writes it: numerics too, of which no digit is to be lost.
    init?(_ oid: Oid) {
        switch oid {
        case 16: self = .bool
        case 20, 21, 23, 26: self = .int
        case 700, 701: self = .float
        case 17: self = .bytes
        case 114, 3802: self = .json
        case 1114, 1184: self = .timestamp
        default:
            guard let element = Self.elements[oid] else { return nil }
            self = .array(of: PostgreSQLType(element))
        }
    }

    var isJSON: Bool {
        if case .json = self { return true }
        return false
    }

    /// Array types, with what they are made of.
    private static let elements: [Oid: Oid] = [
        1000: 16, 1001: 17, 1002: 18, 1003: 19, 1005: 21, 1007: 23, 1016: 20, 1028: 26, 1021: 700, 1022: 701,
        1231: 1700, 1009: 25, 1014: 1042, 1015: 1043, 199: 114, 3807: 3802, 1115: 1114, 1182: 1082, 1183: 1083,
        1185: 1184, 1187: 1186, 1270: 1266, 2951: 2950, 1041: 869, 651: 650, 1040: 829, 791: 790, 143: 142, 1561: 1560,
        1563: 1562,
    ]
}
