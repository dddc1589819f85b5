extension FunctionLibrary {
    static let macros: [Function] = [
        .macro(
            "has", ["has(selection) -> bool"], "Whether a member is there.",
            [("has({'a': 1}.a)", "true"), ("has({'a': 1}.b)", "false")]),
        .macro(
            "default", ["default(any, any) -> any"],
            "The second value where the first is null, absent, an empty optional or a missing key.",
            [("default({'a': 1}.b, 2)", "2"), ("default(null, 'none')", "'none'")]),
        .macro(
            "cel.bind", ["cel.bind(name, any, any) -> any"], "Gives a value a name within the last argument.",
            [("cel.bind(x, 'ab', x + x)", "'abab'")]),
        .macro(
            "all", ["list.all(name, bool) -> bool", "list.all(name, name, bool) -> bool"],
            "Whether the condition holds for every item, or every key of a map.",
            [("[1, 2].all(x, x > 0)", "true"), ("[1, 2].all(i, x, x > i)", "true")]),
        .macro(
            "exists", ["list.exists(name, bool) -> bool", "list.exists(name, name, bool) -> bool"],
            "Whether the condition holds for some item, or some key of a map.",
            [("[1, 2].exists(x, x > 1)", "true"), ("{'a': 1}.exists(k, v, v == 1)", "true")]),
        .macro(
            "exists_one", ["list.exists_one(name, bool) -> bool", "list.exists_one(name, name, bool) -> bool"],
            "Whether the condition holds for exactly one item.", [("[1, 2].exists_one(x, x > 1)", "true")]),
        .macro(
            "existsOne", ["list.existsOne(name, bool) -> bool", "list.existsOne(name, name, bool) -> bool"],
            "The same as exists_one.", [("[1, 2].existsOne(i, x, x > 1)", "true")]),
        .macro(
            "filter", ["list.filter(name, bool) -> list"], "The items for which the condition holds.",
            [("[1, 2, 3].filter(x, x > 1)", "[2, 3]")]),
        .macro(
            "map", ["list.map(name, any) -> list", "list.map(name, bool, any) -> list"],
            "What each item becomes; with a condition, only the items for which it holds.",
            [("[1, 2].map(x, x * 10)", "[10, 20]"), ("[1, 2].map(x, x > 1, x * 10)", "[20]")]),
        .macro(
            "transformList",
            ["list.transformList(name, name, any) -> list", "list.transformList(name, name, bool, any) -> list"],
            "Like map, with index and item, or key and value.",
            [("['a', 'b'].transformList(i, x, x + string(i))", "['a0', 'b1']")]),
        .macro(
            "transformMap",
            ["map.transformMap(name, name, any) -> map", "map.transformMap(name, name, bool, any) -> map"],
            "A map with the same keys and new values.", [("{'a': 1}.transformMap(k, v, v + 1)", "{'a': 2}")]),
        .macro(
            "transformMapEntry",
            ["map.transformMapEntry(name, name, map) -> map", "map.transformMapEntry(name, name, bool, map) -> map"],
            "A map with new keys and values.", [("{'a': 'b'}.transformMapEntry(k, v, {v: k})", "{'b': 'a'}")]),
        .macro(
            "sortBy", ["list.sortBy(name, any) -> list"], "The items in the order of what the last argument gives.",
            [("['bb', 'a'].sortBy(x, size(x))", "['a', 'bb']")]),
        .macro(
            "group_by", ["list.group_by(name, any) -> map"], "A map from each key to the list of its items.",
            [("[1, 2, 3].group_by(x, x % 2)", "{1: [1, 3], 0: [2]}")]),
        .macro(
            "index_by", ["list.index_by(name, any) -> map"], "A map from each key to its one item.",
            [("[{'id': 'a'}].index_by(x, x.id)", "{'a': {'id': 'a'}}")]),
        .macro(
            "optMap", ["optional.optMap(name, any) -> optional"], "Changes what an optional holds.",
            [("optional.of(1).optMap(x, x + 1).value()", "2")]),
        .macro(
            "optFlatMap", ["optional.optFlatMap(name, optional) -> optional"],
            "Changes what an optional holds into another optional.",
            [("optional.of({'a': 1}).optFlatMap(m, m.?b).hasValue()", "false")]),
    ]
}
