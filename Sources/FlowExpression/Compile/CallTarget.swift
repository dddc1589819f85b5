/// What a call means: a macro, a free function or one called on a value.
struct CallTarget {
    /// As it is shown and suggested: `math.greatest`, `startsWith`.
    let name: String
    /// The value it is called on; nil for a free call, also where a namespace stands before the name.
    let receiver: Syntax?
    let macro: Macro?
    let function: Function?

    init(_ call: Syntax.Call, isLocal: (String) -> Bool) {
        let count = call.arguments.count
        if let receiver = call.receiver {
            if let names = receiver.qualifiedName, !isLocal(names[0]) {
                let whole = names.joined(separator: ".") + "." + call.name
                let macro = Macro.find(whole, arguments: count, onValue: false)
                let function = FunctionLibrary.free[whole]
                if macro != nil || function != nil {
                    self.init(name: whole, receiver: nil, macro: macro, function: function)
                    return
                }
            }
            self.init(
                name: call.name, receiver: receiver,
                macro: Macro.find(call.name, arguments: count, onValue: true),
                function: FunctionLibrary.methods[call.name])
        } else {
            self.init(
                name: call.name, receiver: nil, macro: Macro.find(call.name, arguments: count, onValue: false),
                function: FunctionLibrary.free[call.name])
        }
    }

    private init(name: String, receiver: Syntax?, macro: Macro?, function: Function?) {
        self.name = name
        self.receiver = receiver
        self.macro = macro
        self.function = function
    }
}
