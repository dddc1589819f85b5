// Where libmongoc's headers look for libbson's, which Debian keeps in a folder of their own.
#pragma once
#include <libbson-1.0/bson/bson.h>
