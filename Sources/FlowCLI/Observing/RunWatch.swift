import FlowRun

/// Everybody who watches a run: the view, what gathers the reports of steps, and what tells other programs.
struct RunWatch: RunObserver {
    let view: any RunView
    private let reports: StepReports?
    private let others: [any RunWatcher]

    /// - Parameter keepsReports: whether the result will list the steps.
    init(_ view: any RunView, others: [any RunWatcher] = [], keepsReports: Bool) {
        self.view = view
        self.others = others
        reports = keepsReports ? StepReports() : nil
    }

    /// What ended so far, without the steps inside items; nothing where they are not kept.
    var stepReports: [StepReport] { reports?.all ?? [] }

    func observe(_ event: RunEvent) {
        reports?.observe(event)
        view.observe(event)
        for other in others { other.observe(event) }
    }

    /// The view first: it gives the terminal back before anything is written or sent.
    func finish() async {
        await view.finish()
        for other in others { await other.finish() }
    }
}
