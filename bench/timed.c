// The stop-watch: runs a command once, its output thrown away.
// usage: timed COMMAND…; prints seconds, the peak of resident memory in KiB, and the exit status.
//
// A small program, because the kernel counts the memory of whoever starts a process into that process's peak.
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    if (argc < 2) return fprintf(stderr, "usage: timed COMMAND…\n"), 64;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child;
    double start = now();
    int error = posix_spawnp(&child, argv[1], &actions, NULL, argv + 1, environ);
    if (error) return fprintf(stderr, "%s: %s\n", argv[1], strerror(error)), 127;
    int status;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) != child) return perror("wait4"), 1;
    double seconds = now() - start;
    printf("%.6f %ld %d\n", seconds, usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
