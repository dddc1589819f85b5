#define _GNU_SOURCE
#include "CProcess.h"
#include <fcntl.h>
#include <malloc.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int cprocess_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int cprocess_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int cprocess_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int cprocess_add_chdir(posix_spawn_file_actions_t *actions, const char *folder) {
    return posix_spawn_file_actions_addchdir_np(actions, folder);
}

int cprocess_add_closefrom(posix_spawn_file_actions_t *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

void cprocess_return_blocks(int size) { mallopt(M_MMAP_THRESHOLD, size); }

void cprocess_limit_pools(int count) { mallopt(M_ARENA_MAX, count); }

void cprocess_forbid_dumps(void) { prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
