import Testing

@testable import FlowHTTP

/// A server and libcurl in one: each request goes to the first connection with room, else to a new one, and those that
/// come before a new connection stands each open one.
private struct Simulation {
    let connections: SharedConnections
    /// How many requests the server takes on one.
    let capacity: Int
    private(set) var loads: [Int] = []
    /// The place in `loads` and whether it was to open one, of each request on its way.
    private(set) var onTheirWay: [(connection: Int, opens: Bool)] = []

    init(capacity: Int, requests: Int = 1000, loneBound: Int = 100) {
        self.capacity = capacity
        connections = SharedConnections(requests: requests, loneBound: loneBound)
    }

    /// Lets go as many as may, at most `limit`, and places them; gives how many.
    mutating func turn(_ limit: Int = 1000) -> Int {
        var pending: [Bool] = []
        while pending.count < limit, connections.hasRoom(waiting: limit - pending.count) {
            pending.append(connections.letGo())
        }
        // None knows yet whether the first connection takes more than one.
        if loads.isEmpty, capacity > 1, !pending.isEmpty { loads.append(0) }
        let standing = loads.count
        for opens in pending {
            let free = loads[..<standing].firstIndex { $0 < capacity }
            if free == nil { loads.append(0) }
            let chosen = free ?? loads.count - 1
            loads[chosen] += 1
            onTheirWay.append((chosen, opens))
        }
        for request in onTheirWay.suffix(pending.count) {
            connections.place(on: Int32(request.connection), opens: request.opens)
        }
        return pending.count
    }

    mutating func endFirst(_ count: Int) {
        for request in onTheirWay.prefix(count) {
            loads[request.connection] -= 1
            connections.remove(from: Int32(request.connection))
        }
        onTheirWay.removeFirst(count)
    }
}

@Suite struct SharedConnectionsTests {
    @Test func thousandRequestsOpenTenConnections() {
        var simulation = Simulation(capacity: 100)
        #expect(simulation.turn() == 100)
        #expect(simulation.turn() == 9)
        #expect(simulation.turn() == 891)
        #expect(simulation.turn() == 0)
        #expect(simulation.loads == Array(repeating: 100, count: 10))
        simulation.endFirst(5)
        #expect(simulation.turn() == 5)
        #expect(simulation.loads.count == 10)
    }

    @Test func noMoreAreOpenedThanAreNeeded() {
        var simulation = Simulation(capacity: 100)
        #expect(simulation.turn(350) == 100)
        #expect(simulation.turn(250) == 3)
        #expect(simulation.turn(247) == 247)
        #expect(simulation.loads == [100, 100, 100, 50])
    }

    @Test func fewRequestsOpenOne() {
        var simulation = Simulation(capacity: 100)
        #expect(simulation.turn(70) == 70)
        simulation.endFirst(70)
        #expect(simulation.turn(100) == 100)
        #expect(simulation.loads == [100])
    }

    @Test func serverWithoutHTTP2GetsItsHundred() {
        var simulation = Simulation(capacity: 1)
        #expect(simulation.turn() == 100)
        #expect(simulation.turn() == 0)
        simulation.endFirst(30)
        #expect(simulation.turn() == 30)
        #expect(simulation.loads.count == 100)
    }

    @Test func moreThanAHundredConnectionsWhereAskedFor() {
        var simulation = Simulation(capacity: 1, requests: 300, loneBound: 300)
        #expect(simulation.turn() == 100)
        #expect(simulation.turn() == 200)
        #expect(simulation.turn() == 0)
    }

    /// What the first hundred show of such a server holds from then on.
    @Test func serverWithShortConnections() {
        var simulation = Simulation(capacity: 30)
        #expect(simulation.turn() == 100)
        let opened = simulation.loads.count
        // All have room by now but for the first, and libcurl fills them in their order.
        while simulation.turn() > 0 {}
        #expect(simulation.loads.allSatisfy { $0 <= 30 })
        #expect(simulation.loads.count == opened)
    }

    /// libcurl gives away their places before it is known here that they have ended.
    @Test func requestsThatHaveJustEndedSayNothingAboutRoom() {
        let connections = SharedConnections(requests: 1000, loneBound: 100)
        for number in 0..<100 {
            #expect(connections.letGo() == (number == 0))
            connections.place(on: 1, opens: number == 0)
        }
        func letGo() -> Int {
            var count = 0
            while connections.hasRoom(waiting: 900 - count) {
                #expect(connections.letGo())
                count += 1
            }
            return count
        }
        #expect(letGo() == 9)
        for _ in 0..<9 { connections.place(on: 1, opens: true) }
        for _ in 0..<9 { connections.remove(from: 1) }
        #expect(letGo() == 9)
    }

    @Test func requestThatIsNeverWrittenLeavesItsPlace() {
        let connections = SharedConnections(requests: 1000, loneBound: 100)
        for _ in 0..<100 { _ = connections.letGo() }
        #expect(!connections.hasRoom(waiting: 1))
        connections.remove(from: nil)
        #expect(connections.hasRoom(waiting: 1))
    }
}
