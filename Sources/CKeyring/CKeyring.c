// The two system calls of the kernel's keyrings, for which glibc has no functions.

#define _GNU_SOURCE
#include "CKeyring.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// What a key lets its possessor do, who is the one that has just made it, and every process of its user. The second
// matters: a session of cron, of sudo or of a service manager often has no link to the user's keyring, and then
// possesses none of its keys. Others may do nothing.
enum {
    VIEW = 0x01,
    READ = 0x02,
    WRITE = 0x04,
    SEARCH = 0x08,
    LINK = 0x10,
    SETATTR = 0x20,
    RIGHTS = (VIEW | READ | WRITE | SEARCH | LINK | SETATTR) << 24 | (VIEW | READ | WRITE | SEARCH | SETATTR) << 16,
};

int flow_keyring_keep(const char *name, const void *bytes, size_t size, unsigned int seconds) {
    // Made where no other process finds it: it has its limit and its rights before it gets into the user's keyring,
    // where it takes the place of a key of the same name.
    long key = syscall(SYS_add_key, "user", name, bytes, size, KEY_SPEC_THREAD_KEYRING);
    if (key < 0) return errno;
    int error = 0;
    if (syscall(SYS_keyctl, KEYCTL_SET_TIMEOUT, key, seconds) < 0 || syscall(SYS_keyctl, KEYCTL_SETPERM, key, RIGHTS) < 0 ||
        syscall(SYS_keyctl, KEYCTL_LINK, key, KEY_SPEC_USER_KEYRING) < 0) {
        error = errno;
    }
    syscall(SYS_keyctl, KEYCTL_UNLINK, key, KEY_SPEC_THREAD_KEYRING);
    return error;
}

static long find(const char *name) {
    // The user's keyring and not the session's: each terminal and each job of cron has a session of its own.
    return syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_USER_KEYRING, "user", name, 0);
}

int flow_keyring_forget(const char *name) {
    long key = find(name);
    if (key < 0 || syscall(SYS_keyctl, KEYCTL_INVALIDATE, key) < 0) return errno;
    return 0;
}

long flow_keyring_read(const char *name, void *bytes, size_t room) {
    long key = find(name);
    if (key < 0) return -errno;
    long size = syscall(SYS_keyctl, KEYCTL_READ, key, bytes, room);
    return size < 0 ? -errno : size;
}
