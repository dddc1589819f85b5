#include "CReference.h"

static const unsigned char zones[] = {
#embed "zones.bin"
};

static const unsigned char scripts[] = {
#embed "scripts.txt"
};

const unsigned char *reference_zones(size_t *length) {
    *length = sizeof(zones);
    return zones;
}

const unsigned char *reference_scripts(size_t *length) {
    *length = sizeof(scripts);
    return scripts;
}
