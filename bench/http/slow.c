// A server that takes its time: answers each request after a fixed pause, however many there are at once.
// usage: slow PORT MILLISECONDS
#define _GNU_SOURCE
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { most = 1 << 16 };

// What waits for its answer, in the order in which it came, which is the order in which it is due.
static struct { int socket; double due; } line[most];
static unsigned first, end;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    if (argc != 3) return fprintf(stderr, "usage: slow PORT MILLISECONDS\n"), 64;
    double pause = atof(argv[2]) / 1000;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argv[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) return perror("listen"), 1;
    int ready = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[256];
    epoll_ctl(ready, EPOLL_CTL_ADD, listener, &event);
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok";
    for (;;) {
        double left = first == end ? 1 : line[first % most].due - now();
        int count = epoll_wait(ready, events, 256, left > 0 ? (int)(left * 1000) + 1 : 0);
        for (int i = 0; i < count; i++) {
            int socket = events[i].data.fd;
            if (socket == listener) {
                for (int taken; (taken = accept4(listener, NULL, NULL, 0)) >= 0;) {
                    event.data.fd = taken;
                    epoll_ctl(ready, EPOLL_CTL_ADD, taken, &event);
                }
                continue;
            }
            // The requests of the benchmark arrive in one piece.
            char bytes[4096];
            if (read(socket, bytes, sizeof bytes) <= 0) {
                close(socket);
                continue;
            }
            line[end % most].socket = socket;
            line[end++ % most].due = now() + pause;
        }
        for (double time = now(); first != end && line[first % most].due <= time; first++)
            send(line[first % most].socket, answer, sizeof answer - 1, MSG_NOSIGNAL);
    }
}
