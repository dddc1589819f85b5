import FlowCore
import FlowSpec
import Glibc

extension ProcessCommand {
    /// Starts the program.
    ///
    /// - Throws: `not_found` where there is no such program or folder, `invalid` where it can't be started.
    func start() throws(Failure) -> (ChildProcess, ChildPipes) {
        guard let path = ProgramSearch.path(of: program, in: environment["PATH"]) else { throw programIsMissing }
        guard access("\(workingDirectory)/.", X_OK) == 0 else {
            throw Failure(
                .notFound, "can't enter the working directory \"\(workingDirectory)\"",
                hint: "check working_directory", nothingSent: true)
        }
        let texts = arguments + environment.flatMap { [$0.key, $0.value] }
        guard !texts.contains(where: { $0.utf8.contains(0) }) else {
            throw cannotStart("an argument or a variable holds a null byte", "give it as input, or in a file")
        }
        do throws(SystemError) {
            let pipes = try ChildPipes(withInput: !input.isEmpty)
            return (try ChildProcess(path, self, streams: pipes.ofChild), pipes)
        } catch  where error.number == ENOENT {
            throw incomplete(path.hasPrefix("/") ? path : "\(workingDirectory)/\(path)")
        } catch {
            throw cannotStart(error)
        }
    }

    /// As the user named it.
    var program: String { arguments.first ?? "" }

    func cannotStart(_ error: SystemError) -> Failure {
        switch error.number {
        case E2BIG: cannotStart(error.text, "give large data as input, or in a file")
        case EAGAIN, EMFILE, ENFILE, ENOMEM: cannotStart(error.text, "do less at once")
        default: cannotStart(error.text, "check that it is a program and that you may run it")
        }
    }

    private func cannotStart(_ reason: String, _ hint: String) -> Failure {
        Failure(.invalid, "can't start \"\(program)\": \(reason)", hint: hint, nothingSent: true)
    }

    private var programIsMissing: Failure {
        Failure(
            .notFound, "there is no program \"\(program)\"", hint: "install it, or add its folder to PATH",
            nothingSent: true)
    }

    /// The system says that there is no such file, and means the program, or what the program needs to run.
    private func incomplete(_ path: String) -> Failure {
        guard access(path, F_OK) == 0 else { return programIsMissing }
        guard let interpreter = ProgramSearch.interpreter(of: path) else {
            return cannotStart("there is no loader for it", "check that it was built for this system")
        }
        guard interpreter.utf8.last != UInt8(ascii: "\r") else {
            return cannotStart("its first line ends with a carriage return", "save the file with line feeds alone")
        }
        return cannotStart("there is no \"\(interpreter)\" to run it", "install that, or correct the file's first line")
    }
}
