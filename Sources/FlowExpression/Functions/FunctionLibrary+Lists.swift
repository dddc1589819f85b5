import FlowCore

extension FunctionLibrary {
    static let lists: [Function] = [
        Function(
            "size",
            [
                "size(string) -> int", "size(bytes) -> int", "size(list) -> int", "size(map) -> int",
                "string.size() -> int", "bytes.size() -> int", "list.size() -> int", "map.size() -> int",
            ],
            "How many code points, bytes, items or keys there are.",
            [("size([1, 2])", "2"), ("'äb'.size()", "2")], secrecy: .shallow
        ) { (arguments, _) in
            switch arguments[0] {
            case .string(let text): .int(Int64(text.unicodeScalars.count))
            case .bytes(let bytes): .int(Int64(bytes.count))
            case .list(let items): .int(Int64(items.count))
            case .map(let map): .int(Int64(map.count))
            default: nil
            }
        },
        Function(
            "sort", ["list<T>.sort() -> list<T>"], "The items from the least to the greatest.",
            [("[3, 1, 2].sort()", "[1, 2, 3]")]
        ) { (arguments, frame) throws(Fault) in
            guard let items = arguments.list(0) else { return nil }
            return try Sorting.sorted(items.map { ($0, $0) }, &frame)
        },
        Function(
            "distinct", ["list<T>.distinct() -> list<T>"], "Each item once, where it first stands.",
            [("[1, 2, 1.0].distinct()", "[1, 2]")]
        ) { (arguments, frame) throws(Fault) in
            guard let items = arguments.list(0) else { return nil }
            try frame.spend(steps: 2 * items.count)
            // What was seen takes more than the result.
            try frame.make(items: 3 * items.count)
            var seen = Set<Value>(minimumCapacity: items.count)
            return .list(items.filter { seen.insert($0).inserted })
        },
        Function(
            "flatten", ["list.flatten() -> list", "list.flatten(int) -> list"],
            "Lists inside the list dissolved into it, so many levels deep.",
            [("[1, [2, [3]]].flatten()", "[1, 2, [3]]"), ("[1, [2, [3]]].flatten(2)", "[1, 2, 3]")]
        ) { (arguments, frame) throws(Fault) in
            guard let items = arguments.list(0), arguments.count == 1 || arguments.int(1) != nil else { return nil }
            let depth = arguments.int(1) ?? 1
            guard depth >= 0 else { throw .invalid("flatten() needs a depth from 0 on") }
            var result: [Value] = []
            try flatten(items, depth, into: &result, &frame)
            return .list(result)
        },
        Function(
            "slice", ["list<T>.slice(int, int) -> list<T>"], "The items from a position up to but without another.",
            [("[1, 2, 3, 4].slice(1, 3)", "[2, 3]")], secrecy: .shallow
        ) { (arguments, frame) throws(Fault) in
            guard let items = arguments.list(0), let start = arguments.int(1), let end = arguments.int(2) else {
                return nil
            }
            guard start >= 0, start <= end, end <= items.count else {
                throw .invalid("the list has \(items.count) items, slice(\(start), \(end)) reaches beyond")
            }
            try frame.make(items: end - start)
            return .list(Array(items[start..<end]))
        },
        Function(
            "first", ["list<T>.first() -> optional<T>"], "The first item as an optional.",
            [("[1, 2].first().value()", "1"), ("[].first().hasValue()", "false")], secrecy: .shallow
        ) { (arguments, _) in arguments.list(0).map { .optional($0.first) } },
        Function(
            "last", ["list<T>.last() -> optional<T>"], "The last item as an optional.",
            [("[1, 2].last().value()", "2")],
            secrecy: .shallow
        ) { (arguments, _) in arguments.list(0).map { .optional($0.last) } },
        Function(
            "lists.range", ["lists.range(int) -> list<int>"], "The numbers from 0 up to but without another.",
            [("lists.range(3)", "[0, 1, 2]")]
        ) { (arguments, frame) throws(Fault) in
            guard let end = arguments.int(0) else { return nil }
            return try range(0, end, &frame)
        },
        Function(
            "range", ["range(int) -> list<int>", "range(int, int) -> list<int>"],
            "The numbers from the first, or 0, up to but without the last.",
            [("range(3)", "[0, 1, 2]"), ("range(2, 4)", "[2, 3]")]
        ) { (arguments, frame) throws(Fault) in
            guard let first = arguments.int(0) else { return nil }
            if arguments.count == 1 { return try range(0, first, &frame) }
            guard let end = arguments.int(1) else { return nil }
            return try range(first, end, &frame)
        },
        Function(
            "sum",
            [
                "list.sum() -> number", "list<duration>.sum() -> duration", "sum(list) -> number",
                "sum(list<duration>) -> duration",
            ], "The numbers of a list added up; 0 for none.",
            [("[1, 2, 3].sum()", "6"), ("sum([1, 0.5])", "1.5")]
        ) { (arguments, frame) throws(Fault) in
            guard let items = arguments.list(0) else { return nil }
            return try total(items, &frame)
        },
        Function(
            "avg", ["list.avg() -> double", "avg(list) -> double"], "The mean of a list of numbers.",
            [("[1, 2].avg()", "1.5")]
        ) { (arguments, frame) throws(Fault) in
            guard let items = arguments.list(0) else { return nil }
            guard !items.isEmpty else {
                throw .invalid("avg() of an empty list", hint: "test size(list) > 0 first")
            }
            guard let sum = try total(items, &frame)?.doubleValue else { return nil }
            return .double(sum / Double(items.count))
        },
        Function(
            "keys", ["map.keys() -> list", "keys(map) -> list"], "The keys of a map.", [("{'a': 1}.keys()", "['a']")],
            secrecy: .shallow
        ) { (arguments, frame) throws(Fault) in
            guard let map = arguments.map(0) else { return nil }
            try frame.make(items: map.count)
            return .list(map.keys.map(\.value))
        },
        Function(
            "values", ["map<K, V>.values() -> list<V>", "values(map<K, V>) -> list<V>"], "The values of a map.",
            [("{'a': 1}.values()", "[1]")], secrecy: .shallow
        ) { (arguments, frame) throws(Fault) in
            guard let map = arguments.map(0) else { return nil }
            try frame.make(items: map.count)
            return .list(map.values)
        },
    ]

    private static func flatten(
        _ items: [Value], _ depth: Int, into result: inout [Value], _ frame: inout Frame
    ) throws(Fault) {
        for item in items {
            try frame.step()
            if depth > 0, case .list(let inner) = item {
                try flatten(inner, depth - 1, into: &result, &frame)
            } else {
                try frame.spend(bytes: MemoryLayout<Value>.stride)
                result.append(item)
            }
        }
    }

    private static func range(_ start: Int, _ end: Int, _ frame: inout Frame) throws(Fault) -> Value {
        guard start < end else { return .list([]) }
        let (count, isOverflow) = end.subtractingReportingOverflow(start)
        let bytes = count.multipliedReportingOverflow(by: MemoryLayout<Value>.stride)
        try frame.spend(bytes: isOverflow || bytes.overflow ? .max : bytes.partialValue)
        try frame.spend(steps: count)
        return .list((start..<end).map { .int(Int64($0)) })
    }

    private static func total(_ items: [Value], _ frame: inout Frame) throws(Fault) -> Value? {
        var sum: Value = items.first ?? .int(0)
        guard Numeric(sum) != nil || sum.type == .duration else { return nil }
        for item in items.dropFirst() {
            try frame.step()
            sum = try Arithmetic.apply(.add, sum, item, &frame)
        }
        return sum
    }
}
