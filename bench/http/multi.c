// The yardstick: GETs through libcurl's multi interface and nothing else.
// usage: multi URL COUNT IN_FLIGHT [CA_FILE]; prints requests a second and the mean of their times in milliseconds.
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static size_t discard(char *bytes, size_t size, size_t count, void *context) {
    (void)bytes;
    (void)context;
    return size * count;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    if (argc < 4 || argc > 5) return fprintf(stderr, "usage: multi URL COUNT IN_FLIGHT [CA_FILE]\n"), 64;
    const char *url = argv[1];
    long count = atol(argv[2]), in_flight = atol(argv[3]), begun = 0, done = 0, wrong = 0;
    double spent = 0, *asked = calloc(in_flight > 0 ? in_flight : 1, sizeof *asked);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM *multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, in_flight);
    double start = now();
    for (; begun < in_flight && begun < count; begun++) {
        CURL *easy = curl_easy_init();
        curl_easy_setopt(easy, CURLOPT_URL, url);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard);
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_PRIVATE, &asked[begun]);
        if (argc == 5) {
            curl_easy_setopt(easy, CURLOPT_CAINFO, argv[4]);
            curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
        }
        asked[begun] = now();
        curl_multi_add_handle(multi, easy);
    }
    while (done < count) {
        int running, left;
        curl_multi_perform(multi, &running);
        for (CURLMsg *message; (message = curl_multi_info_read(multi, &left));) {
            CURL *easy = message->easy_handle;
            long status = 0;
            // Not libcurl's own time, which leaves out how long a request waited for those before it.
            double *begin;
            curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
            curl_easy_getinfo(easy, CURLINFO_PRIVATE, &begin);
            spent += now() - *begin;
            if (message->data.result != CURLE_OK || status != 200) wrong++;
            curl_multi_remove_handle(multi, easy);
            done++;
            if (begun < count) {
                begun++;
                *begin = now();
                curl_multi_add_handle(multi, easy);
            } else {
                curl_easy_cleanup(easy);
            }
        }
        if (done < count) curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    double seconds = now() - start;
    if (wrong) fprintf(stderr, "%ld of %ld requests went wrong\n", wrong, count);
    printf("%.0f %.2f\n", count / seconds, spent / count * 1000);
    curl_multi_cleanup(multi);
    free(asked);
    return wrong ? 1 : 0;
}
