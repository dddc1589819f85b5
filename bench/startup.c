// The yardstick of start-up: a program in C linked to libcurl that says its version.
#include <curl/curl.h>
#include <stdio.h>

int main(void) { return printf("%s\n", curl_version()) < 0; }
