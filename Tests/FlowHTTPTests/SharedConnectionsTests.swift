import Testing

@testable import FlowHTTP

/// A server and libcurl in one: each request goes to the first connection with room, else it opens a new one where it may.
private struct Simulation {
    let connections: SharedConnections
    /// How many requests the server takes on one.
    let capacity: Int
    private(set) var loads: [Int] = []
    /// The place in `loads` of each request on its way.
    private(set) var onTheirWay: [Int] = []
    /// How often a request was kept from opening a connection.
    private(set) var keptBack = 0
    /// Connections that no request may be added to any more.
    private var going: Set<Int> = []

    init(capacity: Int, requests: Int = 1000, loneBound: Int = 100) {
        self.capacity = capacity
        connections = SharedConnections(requests: requests, loneBound: loneBound)
    }

    /// Lets go as many as may, at most `limit`; those that open a connection have it in the end. Gives how many have gone.
    mutating func turn(_ limit: Int = 1000) -> Int {
        var count = 0
        while count < limit, connections.hasRoom(waiting: limit - count) {
            connections.letGo()
            count += 1
        }
        var left = count
        // None knows yet whether the first connection takes more than one.
        if loads.isEmpty, left > 0 {
            #expect(connections.mayOpen())
            add(opened: true)
            left -= 1
        }
        var opened = 0
        for _ in 0..<left {
            if let free = loads.indices.first(where: { loads[$0] < capacity && !going.contains($0) }) {
                add(to: free)
            } else if connections.mayOpen() {
                opened += 1
            } else {
                connections.giveUp(opened: false)
                keptBack += 1
                count -= 1
            }
        }
        for _ in 0..<opened { add(opened: true) }
        return count
    }

    private mutating func add(opened: Bool) {
        loads.append(1)
        onTheirWay.append(loads.count - 1)
        connections.place(on: Int32(loads.count - 1), opened: opened)
    }

    private mutating func add(to place: Int) {
        loads[place] += 1
        onTheirWay.append(place)
        connections.place(on: Int32(place), opened: false)
    }

    mutating func endFirst(_ count: Int) {
        for place in onTheirWay.prefix(count) {
            loads[place] -= 1
            connections.remove(from: Int32(place))
        }
        onTheirWay.removeFirst(count)
    }

    /// The server ends all connections as soon as their requests are answered.
    mutating func shutDown() { going = Set(loads.indices) }
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

    @Test(arguments: [8, 30, 50, 99])
    func serverWithShortConnectionsGetsTen(capacity: Int) {
        var simulation = Simulation(capacity: capacity)
        var sent = 0
        for _ in 0..<40 { sent += simulation.turn() }
        #expect(simulation.loads == Array(repeating: capacity, count: 10))
        #expect(sent == capacity * 10)
        #expect(simulation.turn() == 0)
        simulation.endFirst(5)
        #expect(simulation.turn() == 5)
        #expect(simulation.keptBack < 200)
    }

    @Test func shortConnectionsAreNoMoreThanAreNeeded() {
        var simulation = Simulation(capacity: 30)
        var left = 100
        for _ in 0..<20 { left -= simulation.turn(left) }
        #expect(left == 0)
        #expect(simulation.loads.count == 4)
    }

    /// Of connections with so little room flowctl can tell only by an answer that they are no HTTP/1.1.
    @Test func serverWithVeryShortConnectionsGetsTenOnceItHasAnswered() {
        var simulation = Simulation(capacity: 3)
        #expect(simulation.turn(1) == 1)
        simulation.connections.answeredOverHTTP2()
        for _ in 0..<20 { _ = simulation.turn() }
        #expect(simulation.loads == Array(repeating: 3, count: 10))
    }

    @Test(arguments: [3, 30, 80])
    func burstToServerThatEndsItsConnectionsOpensOne(requests: Int) {
        var simulation = Simulation(capacity: 100)
        #expect(simulation.turn(requests) == requests)
        simulation.connections.answeredOverHTTP2()
        simulation.shutDown()
        simulation.endFirst(requests - 2)
        var left = requests - 2
        for _ in 0..<10 { left -= simulation.turn(left) }
        #expect(left == 0)
        #expect(simulation.loads == [2, requests - 2])
    }

    @Test func hostThatCannotBeReachedIsTriedByAll() {
        let connections = SharedConnections(requests: 1000, loneBound: 100)
        connections.letGo()
        #expect(connections.mayOpen())
        connections.place(on: 1, opened: true)
        connections.answeredOverHTTP2()
        connections.letGo()
        connections.letGo()
        #expect(connections.mayOpen())
        #expect(!connections.mayOpen())
        connections.giveUp(opened: false)
        #expect(!connections.hasRoom(waiting: 50))
        connections.giveUp(opened: true)
        for number in 0..<99 {
            #expect(connections.hasRoom(waiting: 99 - number))
            connections.letGo()
            #expect(connections.mayOpen())
        }
        connections.letGo()
        #expect(!connections.mayOpen())
    }

    /// libcurl gives away their places before it is known here that they have ended.
    @Test func requestsThatHaveJustEndedSayNothingAboutRoom() {
        let connections = SharedConnections(requests: 1000, loneBound: 100)
        for number in 0..<100 {
            connections.letGo()
            #expect(number > 0 || connections.mayOpen())
            connections.place(on: 1, opened: number == 0)
        }
        func letGo() -> Int {
            var count = 0
            while connections.hasRoom(waiting: 900 - count) {
                connections.letGo()
                count += 1
            }
            return count
        }
        #expect(letGo() == 9)
        for _ in 0..<9 { connections.place(on: 1, opened: false) }
        for _ in 0..<9 { connections.remove(from: 1) }
        #expect(letGo() == 9)
    }

    @Test func requestThatIsNeverWrittenLeavesItsPlace() {
        let connections = SharedConnections(requests: 1000, loneBound: 100)
        var count = 0
        while connections.hasRoom(waiting: 1000 - count) {
            connections.letGo()
            count += 1
        }
        connections.giveUp(opened: false)
        #expect(connections.hasRoom(waiting: 1))
    }
}
