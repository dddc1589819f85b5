@main
enum Flowctl {
    static func main() {}
}
