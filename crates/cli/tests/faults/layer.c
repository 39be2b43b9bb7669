/* A disk that fails, between a program and the C library: cc -shared -fPIC -o layer.so layer.c -ldl, then LD_PRELOAD.
 *
 * FAULTS_BELOW    only files below this folder fail (with a slash at its end)
 * FAULTS_CONTROL  while this file is there, faults come; it holds "ONE_IN KINDS": of how many calls one fails, and how,
 *                 some of n (no space), e (I/O error), s (half is written); a failed sync is always an I/O error
 * FAULTS_TALLY    gets a letter for each fault; f is a sync that failed
 * FAULTS_SEED     the same seed fails the same calls of a sequence
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *below, *control, *tally;
static uint64_t seed, calls;

__attribute__((constructor)) static void begin(void) {
  below = getenv("FAULTS_BELOW");
  control = getenv("FAULTS_CONTROL");
  tally = getenv("FAULTS_TALLY");
  const char *text = getenv("FAULTS_SEED");
  seed = text ? strtoull(text, NULL, 10) : 1;
}

static int is_below(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  size_t prefix = strlen(below);
  return length >= (ssize_t)prefix && strncmp(path, below, prefix) == 0;
}

/* splitmix64: the nth number of a seed. */
static uint64_t drawn(void) {
  uint64_t z = seed + 0x9e3779b97f4a7c15u * __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/* Says how this call fails: a letter, or 0 where it does not. */
static char fault(int fd, int sync) {
  if (!below || !control || !tally || access(control, F_OK) != 0 || !is_below(fd)) return 0;
  char told[32] = {0}, kinds[8] = "e";
  unsigned long one_in = 1;
  int opened = open(control, O_RDONLY | O_CLOEXEC);
  if (opened < 0) return 0;
  ssize_t length = read(opened, told, sizeof told - 1);
  close(opened);
  if (length <= 0 || sscanf(told, "%lu %7s", &one_in, kinds) != 2 || one_in == 0) return 0;
  uint64_t number = drawn();
  if (number % one_in != 0) return 0;
  char kind = sync ? 'f' : kinds[(number >> 32) % strlen(kinds)];
  int out = open(tally, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (out >= 0) {
    /* Not through our own write. */
    syscall(SYS_write, out, &kind, 1);
    close(out);
  }
  errno = kind == 'n' ? ENOSPC : EIO;
  return kind;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define WRITE(name, parameters, whole, half)                       \
  ssize_t name parameters {                                        \
    static __typeof__(&name) real;                                 \
    if (!real) real = REAL(name);                                  \
    char kind = fault(fd, 0);                                      \
    if (kind == 's') return count > 1 ? real half : real whole;    \
    return kind ? -1 : real whole;                                 \
  }

WRITE(write, (int fd, const void *bytes, size_t count), (fd, bytes, count), (fd, bytes, count / 2))
WRITE(pwrite, (int fd, const void *bytes, size_t count, off_t at), (fd, bytes, count, at), (fd, bytes, count / 2, at))
WRITE(pwrite64, (int fd, const void *bytes, size_t count, off64_t at), (fd, bytes, count, at), (fd, bytes, count / 2, at))
WRITE(writev, (int fd, const struct iovec *parts, int count), (fd, parts, count), (fd, parts, count / 2))
WRITE(pwritev, (int fd, const struct iovec *parts, int count, off_t at), (fd, parts, count, at), (fd, parts, count / 2, at))
WRITE(pwritev64, (int fd, const struct iovec *parts, int count, off64_t at), (fd, parts, count, at),
      (fd, parts, count / 2, at))

#define CALL(name, sync, parameters, arguments)                    \
  int name parameters {                                            \
    static __typeof__(&name) real;                                 \
    if (!real) real = REAL(name);                                  \
    return fault(fd, sync) ? -1 : real arguments;                  \
  }

CALL(fsync, 1, (int fd), (fd))
CALL(fdatasync, 1, (int fd), (fd))
CALL(ftruncate, 0, (int fd, off_t length), (fd, length))
CALL(ftruncate64, 0, (int fd, off64_t length), (fd, length))
CALL(fallocate, 0, (int fd, int mode, off_t at, off_t length), (fd, mode, at, length))
CALL(fallocate64, 0, (int fd, int mode, off64_t at, off64_t length), (fd, mode, at, length))

/* These return the error instead of setting errno. */
#define ALLOCATE(name, type)                                       \
  int name(int fd, type at, type length) {                         \
    static __typeof__(&name) real;                                 \
    if (!real) real = REAL(name);                                  \
    return fault(fd, 0) ? ENOSPC : real(fd, at, length);           \
  }

ALLOCATE(posix_fallocate, off_t)
ALLOCATE(posix_fallocate64, off64_t)
