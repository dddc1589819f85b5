#define _GNU_SOURCE
#include "CProcess.h"
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/// Puts something in the place of standard streams that the process was started without: it can't be written to, and is at
/// its end for who reads. Else whatever is opened later would get their numbers, and what is printed with them; the Swift
/// runtime opens the first such things before `main`.
__attribute__((constructor)) static void occupy_streams(void) {
    int descriptor;
    do descriptor = open("/dev/null", O_RDONLY);
    while (descriptor >= 0 && descriptor <= STDERR_FILENO);
    if (descriptor >= 0) close(descriptor);
}

static int argument_count;
static char *const *argument_words;

// The C library gives to what runs before `main` what it gives to that.
__attribute__((constructor)) static void note_arguments(int count, char **words) {
    argument_count = count;
    argument_words = words;
}

char *const *cprocess_arguments(int *count) {
    *count = argument_count;
    return argument_words;
}

static void *wait_for_end(void *lock) {
    pthread_mutex_lock(lock);
    pthread_mutex_unlock(lock);
    return NULL;
}

int cprocess_try_threads(int count) {
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_t threads[count];
    int started = 0, error = 0;
    pthread_mutex_lock(&lock);
    while (started < count && !(error = pthread_create(&threads[started], NULL, wait_for_end, &lock))) started++;
    pthread_mutex_unlock(&lock);
    while (started > 0) pthread_join(threads[--started], NULL);
    return error;
}

int cprocess_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int cprocess_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int cprocess_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

/// How many files this process might have open at first, and whether it has been changed.
static struct rlimit usual_files;
static int has_more_files;

void cprocess_allow_files(unsigned most) {
    struct rlimit files;
    if (has_more_files || getrlimit(RLIMIT_NOFILE, &files) < 0 || files.rlim_cur >= most) return;
    usual_files = files;
    files.rlim_cur = files.rlim_max < most ? files.rlim_max : most;
    has_more_files = files.rlim_cur > usual_files.rlim_cur && setrlimit(RLIMIT_NOFILE, &files) == 0;
}

/// What lies between `vfork` and the program: system calls alone, as the memory is the parent's.
///
/// @return the number of the error that is in the way.
static int become(const char *path, char *const arguments[], char *const environment[], const char *folder,
                  const int streams[3], const sigset_t *signals) {
    struct sigaction usual = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++)
        if (sigismember(signals, number)) sigaction(number, &usual, NULL);
    // A session has no terminal of its own accord: a program that would ask there says so and fails. In the background of
    // ours it would be stopped, and never go on.
    if (setsid() < 0) return errno;
    for (int target = 0; target < 3; target++)
        if (dup2(streams[target], target) < 0) return errno;
    if (chdir(folder) < 0) return errno;
    // Programs may count on a small number, as those do that use select(2).
    if (has_more_files && setrlimit(RLIMIT_NOFILE, &usual_files) < 0) return errno;
    // Before Linux 5.9 there is no other way.
    if (close_range(3, ~0U, 0) < 0)
        for (int other = 3, end = (int)sysconf(_SC_OPEN_MAX); other < end; other++) close(other);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(path, arguments, environment);
    return errno;
}

int cprocess_start(pid_t *pid, const char *path, char *const arguments[], char *const environment[],
                   const char *folder, const int streams[3], const sigset_t *signals) {
    sigset_t all, before;
    volatile int problem = 0;
    // No handler of ours may run in the child, where it would change our memory.
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t child = vfork();
    if (child == 0) {
        problem = become(path, arguments, environment, folder, streams, signals);
        _exit(127);
    }
    if (child < 0) problem = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (child > 0 && problem != 0) waitpid(child, NULL, 0);
    *pid = child;
    return problem;
}

void cprocess_return_blocks(int size) { mallopt(M_MMAP_THRESHOLD, size); }

void cprocess_limit_pools(int count) { mallopt(M_ARENA_MAX, count); }

void cprocess_forbid_dumps(void) { prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
