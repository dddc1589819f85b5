import FlowCore

/// Turns the syntax of an expression into nodes: names become slots, calls find their function.
struct Compiler {
    struct Options {
        /// Whether a scope may know `a.b` as one name, as CEL's containers do.
        var allowsQualifiedNames = false
        /// Whether each term tells the recorder of an evaluation what it gives.
        var observesTerms = false
    }

    /// A free name with its constant members, before it has a place in a file.
    struct Use {
        var root: String
        var members: [String]
        var range: Range<Int>
        var toleratesAbsence: Bool
    }

    private let text: [UInt8]
    private let options: Options
    private var rootSlots: [String: Int] = [:]
    private var locals: [(name: String, slot: Int)] = []
    private var tolerance = 0
    private(set) var slotCount = 0
    private(set) var uses: [Use] = []
    private(set) var functions: Set<String> = []

    init(text: String, options: Options = Options()) {
        self.text = Array(text.utf8)
        self.options = options
    }

    /// - Parameter isInner: part of a longer chain, whose use of the root is counted already.
    mutating func compile(_ syntax: Syntax, isInner: Bool = false) throws(SyntaxFault) -> any Node {
        let node = try translate(syntax, isInner: isInner)
        return options.observesTerms ? ObservedNode(node, range: syntax.range) : node
    }

    private mutating func translate(_ syntax: Syntax, isInner: Bool = false) throws(SyntaxFault) -> any Node {
        let range = syntax.range
        switch syntax.kind {
        case .literal(let value): return LiteralNode(value, range: range)
        case .name(let name, let isAbsolute):
            if !isAbsolute, let slot = local(name) { return LocalNode(slot: slot, range: range) }
            if !isInner { note(syntax) }
            return RootNode(name: name, slot: rootSlot(name), builtin: Builtin.constants[name], range: range)
        case .select(let operand, let member, let isOptional):
            return try select(syntax, operand, member, isOptional, isInner: isInner)
        case .index(let operand, let key, let isOptional):
            if !isInner { note(syntax) }
            let node = try compile(operand, isInner: true)
            return IndexNode(
                node, index: try compile(key), isOptional: isOptional, path: path(operand.range), range: range)
        case .call(let call): return try self.call(call, range: range)
        case .list(let elements):
            var nodes: [(node: any Node, isOptional: Bool)] = []
            for element in elements { nodes.append((try compile(element.value), element.isOptional)) }
            return ListNode(nodes, range: range)
        case .map(let entries):
            var nodes: [(key: any Node, value: any Node, isOptional: Bool)] = []
            for entry in entries {
                nodes.append((try compile(entry.key), try compile(entry.value), entry.isOptional))
            }
            return MapNode(nodes, range: range)
        case .not(let operand): return UnaryNode(try compile(operand), range: range, apply: Truth.opposite)
        case .negate(let operand): return UnaryNode(try compile(operand), range: range, apply: Arithmetic.negate)
        case .binary(let operation, let left, let right):
            return BinaryNode(operation, try compile(left), try compile(right), range: range)
        case .and(let terms):
            return ConnectiveNode(isOr: false, try compile(all: terms), suggestion: "", range: range)
        case .or(let terms):
            let suggestion = Compiler.defaultCall(for: terms, path)
            return ConnectiveNode(isOr: true, try compile(all: terms), suggestion: suggestion, range: range)
        case .conditional(let condition, let then, let otherwise):
            return ConditionalNode(
                try compile(condition), then: try compile(then), otherwise: try compile(otherwise), range: range)
        }
    }

    private mutating func compile(all terms: [Syntax]) throws(SyntaxFault) -> [any Node] {
        var nodes: [any Node] = []
        for term in terms { nodes.append(try compile(term)) }
        return nodes
    }

    /// `default(a, b)` for `a || b`.
    static func defaultCall(for terms: [Syntax], _ path: (Range<Int>) -> String) -> String {
        guard let last = terms.last else { return "default(a, b)" }
        return terms.dropLast().reversed().reduce(path(last.range)) { "default(\(path($1.range)), \($0))" }
    }

    /// The term as it was written, in one line and not too long for a message.
    private func path(_ range: Range<Int>) -> String { Compiler.excerpt(text, range) }

    static func excerpt(_ text: [UInt8], _ range: Range<Int>) -> String {
        let line = line(text, range)
        // Characters have a byte or more.
        return line.utf8.count <= 60 || line.count <= 60 ? line : "the " + (line.hasPrefix("{") ? "map" : "value")
    }

    /// The term as it was written, in one line.
    static func line(_ text: [UInt8], _ range: Range<Int>) -> String {
        var line: [UInt8] = []
        line.reserveCapacity(range.count)
        for byte in text[range] {
            // There are no other blanks between terms.
            let isBlank = byte == 0x20 || (0x09...0x0D).contains(byte)
            if !isBlank {
                line.append(byte)
            } else if let last = line.last, last != 0x20 {
                line.append(0x20)
            }
        }
        if line.last == 0x20 { line.removeLast() }
        return String(decoding: line, as: UTF8.self)
    }
}

// MARK: - Names

extension Compiler {
    private func local(_ name: String) -> Int? { locals.last { $0.name == name }?.slot }

    private mutating func newSlot() -> Int {
        slotCount += 1
        return slotCount - 1
    }

    private mutating func rootSlot(_ name: String) -> Int {
        if let slot = rootSlots[name] { return slot }
        let slot = newSlot()
        rootSlots[name] = slot
        return slot
    }

    private mutating func select(
        _ syntax: Syntax, _ operand: Syntax, _ member: String, _ isOptional: Bool, isInner: Bool
    ) throws(SyntaxFault) -> any Node {
        if let names = syntax.qualifiedName, local(names[0]) == nil {
            if let type = Builtin.constants[names.joined(separator: ".")] {
                return LiteralNode(type, range: syntax.range)
            }
            if options.allowsQualifiedNames, !isInner { return try qualified(syntax, names) }
        }
        if !isInner { note(syntax) }
        let node = try compile(operand, isInner: true)
        return SelectNode(
            node, key: member, isOptional: isOptional, path: path(operand.range), range: syntax.range)
    }

    private mutating func qualified(_ syntax: Syntax, _ names: [String]) throws(SyntaxFault) -> any Node {
        var candidates: [(name: String, slot: Int, members: [MapKey])] = []
        for length in stride(from: names.count, to: 1, by: -1) {
            let name = names[..<length].joined(separator: ".")
            candidates.append((name, rootSlot(name), names[length...].map(MapKey.string)))
        }
        note(syntax)
        let plain = try compile(syntax, isInner: true)
        return QualifiedNode(candidates: candidates, plain: plain, range: syntax.range)
    }

    /// Writes down which root the chain `syntax` reads, and which members as far as they are constant.
    private mutating func note(_ syntax: Syntax) {
        guard let (root, members, range, isOptional, _) = chain(syntax) else { return }
        guard local(root) == nil, Builtin.constants[root] == nil else { return }
        uses.append(
            Use(root: root, members: members, range: range, toleratesAbsence: tolerance > 0 || isOptional))
    }

    private func chain(
        _ syntax: Syntax
    ) -> (root: String, members: [String], range: Range<Int>, isOptional: Bool, isOpen: Bool)? {
        switch syntax.kind {
        case .name(let name, _): return (name, [], syntax.range, false, true)
        case .select(let operand, let member, let isOptional):
            guard let inner = chain(operand) else { return nil }
            guard inner.isOpen else { return inner }
            return (inner.root, inner.members + [member], syntax.range, inner.isOptional || isOptional, true)
        case .index(let operand, let key, let isOptional):
            guard let inner = chain(operand) else { return nil }
            guard inner.isOpen else { return inner }
            guard case .literal(.string(let member)) = key.kind else {
                return (inner.root, inner.members, inner.range, inner.isOptional || isOptional, false)
            }
            return (inner.root, inner.members + [member], syntax.range, inner.isOptional || isOptional, true)
        default: return nil
        }
    }
}

// MARK: - Calls

extension Compiler {
    private mutating func call(_ call: Syntax.Call, range: Range<Int>) throws(SyntaxFault) -> any Node {
        let target = CallTarget(call) { local($0) != nil }
        functions.insert(target.name)
        if let macro = target.macro { return try expand(macro, call, range: range) }
        var arguments: [any Node] = []
        if let receiver = target.receiver { arguments.append(try compile(receiver)) }
        for argument in call.arguments { arguments.append(try compile(argument)) }
        guard let function = target.function, let body = function.body,
            function.accepts(count: call.arguments.count, onValue: target.receiver != nil)
        else { return UnknownFunctionNode(target.name, range: range) }
        return CallNode(function, body: body, arguments, range: range)
    }

    private mutating func expand(
        _ macro: Macro, _ call: Syntax.Call, range: Range<Int>
    ) throws(SyntaxFault) -> any Node {
        let arguments = call.arguments
        switch macro {
        case .has:
            tolerance += 1
            defer { tolerance -= 1 }
            guard case .select = arguments[0].kind,
                let selection = try translate(arguments[0]) as? SelectNode
            else {
                throw SyntaxFault(
                    message: "has() asks for a member of something",
                    hint: "write has(a.b); for an index, write \"key\" in a", range: arguments[0].range)
            }
            return HasNode(selection, range: range)
        case .defaultValue:
            tolerance += 1
            let wanted = try compile(arguments[0])
            tolerance -= 1
            return DefaultNode(wanted, fallback: try compile(arguments[1]), range: range)
        case .bind:
            let bound = try compile(arguments[1])
            return try binding(names(1, of: call)) { compiler, slots throws(SyntaxFault) in
                BindNode(slot: slots[0], bound: bound, body: try compiler.compile(arguments[2]), range: range)
            }
        case .optionalMap(let isFlat):
            let source = try receiver(call)
            return try binding(names(1, of: call)) { compiler, slots throws(SyntaxFault) in
                let body = try compiler.compile(arguments[1])
                return OptionalMapNode(source, slot: slots[0], body: body, isFlat: isFlat, range: range)
            }
        case .comprehension(let kind, let variables, let hasCondition):
            let source = try receiver(call)
            return try binding(names(variables, of: call)) { compiler, slots throws(SyntaxFault) in
                let condition = hasCondition ? try compiler.compile(arguments[variables]) : nil
                let body = try compiler.compile(arguments[arguments.count - 1])
                return ComprehensionNode(
                    kind, over: source, slots: (slots[0], variables == 2 ? slots[1] : nil), where: condition,
                    body: body, range: range)
            }
        }
    }

    private mutating func receiver(_ call: Syntax.Call) throws(SyntaxFault) -> any Node {
        guard let receiver = call.receiver else {
            throw SyntaxFault(message: "\(call.name)() is called on a list or map", range: call.nameRange)
        }
        return try compile(receiver)
    }

    private func names(_ count: Int, of call: Syntax.Call) throws(SyntaxFault) -> [String] {
        var names: [String] = []
        for argument in call.arguments.prefix(count) {
            guard let name = argument.simpleName else {
                throw SyntaxFault(
                    message: "\(call.name)() needs a name for its variable here",
                    hint: "write a plain name, such as x", range: argument.range)
            }
            guard !names.contains(name) else {
                throw SyntaxFault(message: "\(call.name)() needs two different names", range: argument.range)
            }
            names.append(name)
        }
        return names
    }

    private mutating func binding(
        _ names: [String], _ body: (inout Compiler, [Int]) throws(SyntaxFault) -> any Node
    ) throws(SyntaxFault) -> any Node {
        let slots = names.map { _ in newSlot() }
        for (name, slot) in zip(names, slots) { locals.append((name, slot)) }
        defer { locals.removeLast(names.count) }
        return try body(&self, slots)
    }
}
