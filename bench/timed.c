// The stop-watch: runs a command once, its output thrown away.
// usage: timed [-o] COMMAND…; prints seconds, seconds of processor, the peak of resident memory in KiB, and the exit
// status. With -o the command's own output stays, before that.
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

static double seconds(struct timeval time) { return time.tv_sec + time.tv_usec / 1e6; }

int main(int argc, char **argv) {
    int keeps = argc > 1 && !strcmp(argv[1], "-o");
    char **command = argv + 1 + keeps;
    if (argc < 2 + keeps) return fprintf(stderr, "usage: timed [-o] COMMAND…\n"), 64;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (!keeps) posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child;
    double start = now();
    int error = posix_spawnp(&child, command[0], &actions, NULL, command, environ);
    if (error) return fprintf(stderr, "%s: %s\n", command[0], strerror(error)), 127;
    int status;
    struct rusage usage;
    if (wait4(child, &status, 0, &usage) != child) return perror("wait4"), 1;
    printf("%.6f %.6f %ld %d\n", now() - start, seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss,
           WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return 0;
}
